#include <catch2/catch.hpp>
#include <fstream>

#include "core/error.hpp"
#include "shared_data.hpp"
#include "suite/compare.hpp"

using namespace pertscale;

namespace {

std::string const summary_header =
    "dataset,protocol,model,context,group,metric,n,missing,mean,median,sd,ci_low,ci_high\n";
std::string const score_header =
    "dataset,protocol,split,model,perturbation,context,group,metric,value,cells,status\n";

void write(std::filesystem::path const& folder, std::string const& summary,
           std::string const& scores = "") {
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "summary.csv") << summary_header << summary;
  std::ofstream(folder / "scores.csv") << score_header << scores;
}

}  // namespace

TEST_CASE("two results: equal, within, beyond the tolerance, missing, absent") {
  TemporaryFolder const folder;
  write(folder / "a",
        "d,p,m,,*,l2,3,0,1.001,1,,,\nd,p,m,,*,mse,3,0,2,1,,,\nd,p,x,,*,l2,0,3,,,,,\n");
  write(folder / "b", "d,p,m,,*,l2,3,0,1,1,,,\nd,p,m,,*,mse,3,0,2,1,,,\nd,p,x,,*,l2,0,3,,,,,\n");
  write(folder / "c", "d,p,m,,*,l2,3,0,1,1,,,\nd,p,m,,*,mse,0,3,,,,,\nd,p,new,,*,l2,1,0,1,1,,,\n");

  CHECK(compare_results(folder / "a", folder / "b", 0.002).failed() == 0);
  CHECK(compare_results(folder / "a", folder / "b", 1e-4).failed() == 1);
  // l2 within; mse has no value there; x and new have no row on one side
  auto const other = compare_results(folder / "a", folder / "c", 0.002);
  CHECK(other.figures.size() == 4);
  CHECK(other.failed() == 3);
  CHECK(comparison_text(other).find("4 figures: 1 pass, 3 fail") != std::string::npos);
  CHECK_THROWS_AS(compare_results(folder / "a", folder / "none", 0.1), UserError);
}

TEST_CASE("published figures: printed digits, splits, groups, what has no counterpart") {
  TemporaryFolder const folder;
  write(folder / "a", "d,p,m,,*,l2,2,0,0.334,1,,,\nd,p,m,,single,l2,2,0,0.5,1,,,\n",
        "d,p,1,m,A,,single,l2,2,5,ok\nd,p,1,m,B,,single,l2,4,5,ok\nd,p,1,m,C,,single,l2,,5,"
        "constant\n");
  auto const path = folder / "published.csv";
  std::string const header =
      "source,citation,dataset,protocol,split,model,group,metric,value,note\n";
  std::ofstream(path) << header << "s,\"A, B\",d,p,*,m,*,l2,0.33,\n"
                      << "s,c,d,p,1,m,*,l2,3.000000,\ns,c,d,p,*,GEARS,*,l2,1,\n";

  auto const within = compare_published(folder / "a", path, 0);

  CHECK(within.figures.size() == 2);
  CHECK(within.without_counterpart == 1);
  CHECK(within.failed() == 0);  // 0.334 prints as 0.33; (2 + 4) / 2
  std::ofstream(path) << header << "s,c,d,p,*,m,single,l2,0.51,\n";
  CHECK(compare_published(folder / "a", path, 0).failed() == 1);
  CHECK(compare_published(folder / "a", path, 0.03).failed() == 0);
  std::ofstream(path) << header << "s,c,d,p,*,GEARS,single,l2,0.51,\n";
  CHECK_THROWS_AS(compare_published(folder / "a", path, 0.03), UserError);
}
