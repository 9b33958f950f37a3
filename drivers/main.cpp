#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "command.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "io/reader.hpp"
#include "parallel/communicator.hpp"
#include "parallel/session.hpp"
#include "version_text.hpp"

namespace pertscale {

namespace po = boost::program_options;

namespace {

void print_help() {
  std::cout << "pertscale: does a model of genetic perturbations beat simple baselines?\n\n";
  for (auto const& command : NamedParts<Command>::all())
    std::cout << fmt::format("  {:<11}{}\n", command.name, command.summary);
  std::cout << "\n`pertscale COMMAND --help` shows the options of a command; `pertscale --version` "
               "shows versions.\n";
}

void print_command_help(Command const& command, po::options_description const& options) {
  std::cout << "pertscale " << command.usage << "\n\n" << command.summary << "\n\n" << options;
}

/// Long names of a command's options, for the nearest one.
std::vector<std::string> long_names(po::options_description const& options) {
  std::vector<std::string> names;
  for (auto const& option : options.options())
    if (option->long_name() != "input") names.push_back("--" + option->long_name());
  return names;
}

po::variables_map parse(std::vector<std::string> const& arguments,
                        po::options_description const& shown) {
  po::options_description all;
  all.add(shown).add_options()("input",
                               po::value<std::vector<std::string>>()->default_value({}, ""));
  po::positional_options_description positional;
  positional.add("input", -1);
  po::variables_map values;
  namespace style = po::command_line_style;
  try {
    po::store(po::command_line_parser(arguments)
                  .options(all)
                  .positional(positional)
                  .style(style::allow_long | style::long_allow_adjacent | style::long_allow_next)
                  .run(),
              values);
    po::notify(values);
  } catch (po::unknown_option const& error) {
    throw UserError(fmt::format("unknown option '{}'.{}", error.get_option_name(),
                                suggestion(error.get_option_name(), long_names(shown))));
  } catch (po::error const& error) {
    throw UserError(fmt::format("command line: {}", error.what()));
  }
  for (auto const& [name, value] : values) {
    bool const flag = all.find(name, false).semantic()->min_tokens() == 0;
    auto const* const text = boost::any_cast<std::string>(&value.value());
    if (text != nullptr && text->empty() && !value.defaulted() && !flag)
      throw UserError(fmt::format("--{} is empty; give it a value or leave it out", name));
  }
  return values;
}

/// `--threads`, where a command has it. No result depends on it.
void use_threads(po::variables_map const& values) {
  if (values.count("threads") == 0) return;
  int const threads = values["threads"].as<int>();
  int const most = 1024;
  if (threads < 0 || threads > most)
    throw UserError(
        fmt::format("--threads {} is not a number from 0 (automatic) to {}", threads, most));
  set_reader_threads(threads > 0 ? threads : cores_a_rank(Communicator::world().ranks_on_node()));
}

int run_command(Command const& command, std::vector<std::string> const& arguments) {
  po::options_description shown("Options");
  shown.add_options()("help", "show this text");
  command.declare(shown);
  if (std::find(arguments.begin(), arguments.end(), "--help") != arguments.end()) {
    print_command_help(command, shown);
    return exit_done;
  }
  auto const values = parse(arguments, shown);
  use_threads(values);
  return command.run(values);
}

int run_serial(std::function<int()> const& body) {
  try {
    return body();
  } catch (UserError const& error) {
    for (auto const& sentence : error.sentences()) std::cerr << "pertscale: " << sentence << '\n';
    return exit_user_error;
  } catch (std::exception const& error) {
    std::cerr << "pertscale: this is a bug: " << error.what() << '\n';
    return exit_bug;
  }
}

int dispatch(int argc, char** argv) {
  std::vector<std::string> const arguments(argv + std::min(argc, 2), argv + argc);
  std::string const name = argc > 1 ? argv[1] : "--help";
  if (name == "--help" || name == "help") {
    print_help();
    return exit_done;
  }
  if (name == "--version") {
    std::cout << version_text();
    return exit_done;
  }
  auto const& command = NamedParts<Command>::find(name);
  bool const help = std::find(arguments.begin(), arguments.end(), "--help") != arguments.end();
  if (!command.parallel || help) return run_command(command, arguments);
  return run_session(argc, argv, [&] { return run_command(command, arguments); });
}

}  // namespace

void declare_memory(po::options_description& options) {
  declare_memory_bound(options);
  options.add_options()("threads", po::value<int>()->default_value(0),
                        "threads a rank that read and decompress; 0: the cores it may use, shared "
                        "with the ranks of its node");
}

void declare_memory_bound(po::options_description& options) {
  options.add_options()("memory-per-rank", po::value<std::string>()->default_value("1GiB"),
                        "bound on the memory of one rank, for instance 512MiB");
}

std::uint64_t memory_per_rank(po::variables_map const& values) {
  auto const& text = values["memory-per-rank"].as<std::string>();
  auto const bytes = parse_bytes(text);
  if (!bytes || *bytes < (std::uint64_t{64} << 20))
    throw UserError(fmt::format(
        "--memory-per-rank {} is not a size of at least 64MiB; write for instance 1GiB", text));
  return *bytes;
}

}  // namespace pertscale

int main(int argc, char** argv) {
  return pertscale::run_serial([&] { return pertscale::dispatch(argc, argv); });
}
