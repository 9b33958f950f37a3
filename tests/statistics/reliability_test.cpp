#include "statistics/reliability.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "core/random.hpp"

using namespace pertscale;

namespace {

std::vector<double> normals(std::size_t n, std::string const& name) {
  RandomStream stream(1, name);
  std::vector<double> out(n);
  for (auto& value : out) value = stream.normal();
  return out;
}

std::vector<double> sum_of(std::vector<double> const& a, std::vector<double> const& b,
                           double weight) {
  std::vector<double> out(a.size());
  for (std::size_t g = 0; g < a.size(); ++g) out[g] = a[g] + weight * b[g];
  return out;
}

}  // namespace

TEST_CASE("Spearman and Brown") {
  CHECK(spearman_brown(0.5, 2) == Approx(2.0 / 3));
  CHECK(spearman_brown(0.5, 3) == Approx(0.75));
  CHECK(spearman_brown(1, 7) == 1);
  CHECK(spearman_brown(0, 2) == 0);
  CHECK(spearman_brown(-0.2, 2) == Approx(-0.5));
  CHECK(spearman_brown(-0.9, 2) == -1);
  CHECK(spearman_brown(-0.5, 3) == -1);  // the formula divides by zero here
  CHECK(std::isnan(spearman_brown(std::nan(""), 2)));
}

TEST_CASE("Pearson by hand, and of constant sides") {
  std::vector<double> const a{1, 2, 3}, b{1, 3, 2}, flat{0.1, 0.1, 0.1};
  CHECK(pearson(a, b) == Approx(0.5));
  CHECK(pearson(a, a) == 1);
  CHECK(std::isnan(pearson(a, flat)));
  CHECK(std::isnan(pearson({a.data(), 1}, {b.data(), 1})));
}

TEST_CASE("halves of a known signal, each with its own control") {
  // delta = signal + noise of variance 1/2 from the half and 1/2 from its control: reliability 1/2
  std::size_t const genes = 20000;
  auto const signal = normals(genes, "signal"), base = normals(genes, "base");
  double const share = std::sqrt(0.5);
  std::vector<double> const control_a = sum_of(base, normals(genes, "ca"), share);
  std::vector<double> const control_b = sum_of(base, normals(genes, "cb"), share);
  auto const level = sum_of(base, signal, 1);
  std::vector<double> const half_a = sum_of(level, normals(genes, "a"), share);
  std::vector<double> const half_b = sum_of(level, normals(genes, "b"), share);

  auto const own = split_half({half_a, control_a}, {half_b, control_b});
  auto const shared = split_half({half_a, control_a}, {half_b, control_a});

  CHECK(own.status.ok());
  CHECK(own.raw == Approx(0.5).margin(0.02));
  CHECK(own.full == Approx(2.0 / 3).margin(0.02));
  CHECK(shared.raw > 0.7);  // what a shared control would pretend
}

TEST_CASE("parts: mean over pairs, stepped up to all of them") {
  std::vector<double> const zero{0, 0, 0, 0}, a{1, 2, 3, 4}, b{4, 3, 2, 1}, c{2, 4, 6, 8};
  auto const controls = [&](std::size_t, std::size_t) {
    return std::pair<Profile, Profile>(zero, zero);
  };
  std::vector<Profile> const parts{a, b, c};

  auto const all = between_parts(parts, controls);
  CHECK(all.raw == Approx(-1.0 / 3));  // correlations -1, 1, -1
  CHECK(all.full == Approx(-1));       // 3 r / (1 + 2 r)

  CHECK(between_parts(std::span(parts).first(1), controls).status == Status("too_few_parts"));
  std::vector<Profile> const same{zero, zero};
  CHECK(between_parts(same, controls).status == Status("constant"));
  CHECK(std::isnan(between_parts(same, controls).raw));
  std::vector<Profile> const some{a, zero, c};
  CHECK(between_parts(some, controls).raw == Approx(1));
}
