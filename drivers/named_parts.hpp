#pragma once
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "core/text.hpp"

namespace pertscale {

/// What registers itself from a driver file under its `name`: sub-commands, benchmarks.
/// `Part::kind` is what a user calls one.
template <class Part>
class NamedParts {
 public:
  /// By name.
  static std::vector<Part> const& all() { return list(); }

  /// Throws UserError with the nearest known name.
  static Part const& find(std::string const& name) {
    std::vector<std::string> names;
    for (auto const& part : all()) {
      if (part.name == name) return part;
      names.push_back(part.name);
    }
    throw UserError(fmt::format("unknown {} '{}'.{}", Part::kind, name, suggestion(name, names)));
  }

  /// `NamedParts<Part>::Registered const registered{{...}};` at namespace scope.
  struct Registered {
    explicit Registered(Part part) {
      auto const at =
          std::lower_bound(list().begin(), list().end(), part,
                           [](Part const& a, Part const& b) { return a.name < b.name; });
      list().insert(at, std::move(part));
    }
  };

 private:
  static std::vector<Part>& list() {
    static std::vector<Part> parts;
    return parts;
  }
};

}  // namespace pertscale
