#include "statistics/effect_distribution.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "core/random.hpp"

using namespace pertscale;

namespace {

struct Made {
  std::vector<double> effects, errors;
};

/// A share of the genes with effects of N(0, sigma^2), the others none; errors between 0.1 and 0.4.
Made made(std::size_t genes, double share, double sigma, std::uint64_t seed) {
  RandomStream stream(seed, "effects");
  Made out;
  for (std::size_t g = 0; g < genes; ++g) {
    double const error = 0.1 + 0.3 * stream.uniform();
    double const effect = stream.uniform() < share ? sigma * stream.normal() : 0;
    out.effects.push_back(effect + error * stream.normal());
    out.errors.push_back(error);
  }
  return out;
}

}  // namespace

TEST_CASE("impact and effective genes of known mixtures") {
  struct Case {
    double share, sigma;
  };
  for (auto const& [share, sigma] : {Case{1, 0.5}, Case{0.1, 1}, Case{0.02, 2}}) {
    INFO(share << " " << sigma);
    std::size_t const genes = 10000;
    auto const data = made(genes, share, sigma, 3);
    auto const found = effect_distribution(data.effects, data.errors);
    CHECK(found.status.ok());
    CHECK(found.impact == Approx(share * sigma * sigma).epsilon(0.15));
    // of genes x share genes with normal effects
    CHECK(found.effective_genes == Approx(share * static_cast<double>(genes)).epsilon(0.3));
    CHECK(std::accumulate(found.weight.begin(), found.weight.end(), 0.0) == Approx(1));
  }
}

TEST_CASE("noise alone has next to no impact, where the plain variance has") {
  auto const data = made(10000, 0, 0, 4);
  auto const found = effect_distribution(data.effects, data.errors);
  double plain = 0;
  for (double const effect : data.effects) plain += effect * effect / 10000;
  CHECK(plain > 0.06);
  CHECK(found.impact < 0.002);
}

TEST_CASE("one component by hand: equal errors leave the variance beyond the noise") {
  // Effects of +-1 with error 0.5: a normal of variance 0.75 explains them best. Of the grid's
  // 0.0025 2^k, 0.64 has the largest likelihood, and a mixture cannot beat its best component.
  std::vector<double> effects, errors(2000, 0.5);
  for (int i = 0; i < 2000; ++i) effects.push_back(i % 2 == 0 ? 1 : -1);
  auto const found = effect_distribution(effects, errors);
  CHECK(found.impact == Approx(0.64).epsilon(0.01));
  CHECK(found.sigma[0] == 0);
  CHECK(found.sigma[1] == Approx(0.05));
  CHECK(found.effective_genes == Approx(2000).epsilon(0.01));
}

TEST_CASE("genes without an error are left out; too few genes are a status") {
  auto data = made(200, 0.5, 1, 5);
  auto const before = effect_distribution(data.effects, data.errors);
  data.effects.push_back(50);
  data.errors.push_back(0);
  data.effects.push_back(std::nan(""));
  data.errors.push_back(0.1);
  auto const after = effect_distribution(data.effects, data.errors);
  CHECK(after.genes == 200);
  CHECK(after.impact == before.impact);
  CHECK(effect_distribution({}, {}).status == Status("too_few_genes"));
  std::vector<double> const none(30, 0.0), errors(30, 0.2);
  CHECK(effect_distribution(none, errors).impact < 0.01);
}
