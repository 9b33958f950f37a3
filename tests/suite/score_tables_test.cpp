// Tables that are worked out of scores.csv alone.
#include <catch2/catch.hpp>

#include "metric/made_items.hpp"
#include "suite/interaction_table.hpp"
#include "suite/removal_table.hpp"

using namespace pertscale;

namespace {

Study study_of(std::vector<std::string> const& metrics) {
  Study study;
  Mistakes mistakes;
  for (std::string const name : {"no-change", "additive"}) {
    StudyModel model;
    model.part = make_part<Model>(parse_part(name), mistakes);
    model.label = name;
    study.models.push_back(std::move(model));
  }
  for (auto const& text : metrics) {
    auto part = made_metric(text);
    std::string const label = part.label();
    study.metrics.push_back({std::move(part), label});
  }
  return study;
}

}  // namespace

TEST_CASE("removal: the most systematic perturbations go first, splits of one are averaged") {
  auto const study = study_of({"l2", "shift-cosine", "effective-genes"});
  std::string scores;
  auto const add = [&](std::string const& split, std::string const& model, std::string const& p,
                       std::string const& metric, std::string const& value,
                       std::string const& status = "ok") {
    scores += "d,u," + split + "," + model + "," + p + ",c,single," + metric + "," + value + ",5," +
              status + "\n";
  };
  for (std::string const model : {"no-change", "additive"})
    for (auto const& [p, cosine] : std::map<std::string, std::string>{
             {"A", "0.5"}, {"B", "0.75"}, {"C", "-0.25"}, {"D", "0.25"}})
      add("1", model, p, "shift-cosine", cosine);
  add("1", "additive", "A", "l2", "2");
  add("2", "additive", "A", "l2", "4");
  add("1", "additive", "B", "l2", "9");
  add("1", "additive", "C", "l2", "1");
  add("1", "additive", "D", "l2", "", "no_single");
  add("1", "additive", "A", "effective-genes", "7");  // describes: no curve

  CHECK(removal_rows(study, scores) ==
        "dataset,protocol,context,metric,model,removed,perturbations,mean_cosine,mean_score\n"
        "d,u,c,l2,additive,0,3,0.3333333333333333,4.333333333333333\n"
        "d,u,c,l2,additive,1,2,0.125,2\n"
        "d,u,c,l2,additive,2,1,-0.25,1\n");
  CHECK(removal_rows(study_of({"l2"}), scores).find("additive") == std::string::npos);
}

TEST_CASE("removal: of many steps no more than about two hundred are written") {
  auto const study = study_of({"l2", "shift-cosine"});
  std::string scores;
  for (int i = 0; i < 1000; ++i) {
    std::string const start = "d,u,1,additive,P" + std::to_string(i) + ",c,single,";
    scores += start + "shift-cosine,0.5,5,ok\n" + start + "l2," + std::to_string(i) + ",5,ok\n";
  }

  auto const text = removal_rows(study, scores);

  auto const lines = std::count(text.begin(), text.end(), '\n');
  CHECK(lines > 100);
  CHECK(lines <= 202);
  CHECK(text.find(",999,1,0.5,") != std::string::npos);
}

TEST_CASE("interactions: points of curves and compositions, means over splits") {
  auto const study =
      study_of({"interaction-tpr fdp=0.1", "interaction-share class=synergy",
                "interaction-rate class=buffering", "interaction-auc curve=roc", "l2"});
  std::string const scores =
      "d,u,1,additive,*,c,*,interaction-tpr@fdp=0.1,0.25,,ok\n"
      "d,u,2,additive,*,c,*,interaction-tpr@fdp=0.1,0.75,,ok\n"
      "d,u,1,additive,*,c,*,interaction-share@class=synergy,0.125,,ok\n"
      "d,u,1,no-change,*,c,*,interaction-share@class=synergy,,,constant\n"
      "d,u,1,additive,*,c,*,interaction-rate,0.5,,ok\n"
      "d,u,1,additive,*,c,*,interaction-rate@class=buffering,0.0625,,ok\n"
      "d,u,1,additive,A,c,single,l2,2,5,ok\n";

  CHECK(interaction_rows(study, scores) ==
        "dataset,protocol,context,model,quantity,class,fdp,value,n,status,metric\n"
        "d,u,c,no-change,predicted,synergy,,,0,constant,interaction-share@class=synergy\n"
        "d,u,c,additive,tpr,,0.1,0.5,2,ok,interaction-tpr@fdp=0.1\n"
        "d,u,c,additive,predicted,synergy,,0.125,1,ok,interaction-share@class=synergy\n"
        "d,u,c,additive,measured,buffering,,0.0625,1,ok,interaction-rate@class=buffering\n");
}
