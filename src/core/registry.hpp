#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/options.hpp"
#include "core/text.hpp"

/// The template that the four registries (models, metrics, protocols, readers) share. A part is one
/// source file that ends with `static Registered<Interface> const registered{{...}};`.
namespace pertscale {

/// What a part says of itself; `Traits` is the interface's own struct of promises.
template <class Interface>
struct PartInfo {
  std::string name;     ///< kebab-case, as users write it
  std::string summary;  ///< one line for `pertscale list`
  std::string source;   ///< paper or specification the formula comes from
  typename Interface::Traits traits{};
  std::function<std::unique_ptr<Interface>()> make;
};

template <class Interface>
class Registry {
 public:
  static Registry& instance() {
    static Registry registry;
    return registry;
  }

  void add(PartInfo<Interface> info) {
    std::string const name = info.name;
    if (!parts_.emplace(name, std::move(info)).second)
      throw InternalError("two parts are registered as '" + name + "'");
  }

  /// Throws UserError with the nearest known name.
  PartInfo<Interface> const& find(std::string_view name) const {
    auto const found = parts_.find(name);
    if (found != parts_.end()) return found->second;
    throw UserError("unknown " + std::string(Interface::kind) + " '" + std::string(name) + "'." +
                    suggestion(name, names()));
  }

  bool contains(std::string_view name) const { return parts_.find(name) != parts_.end(); }

  std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (auto const& [name, info] : parts_) out.push_back(name);
    return out;
  }

 private:
  std::map<std::string, PartInfo<Interface>, std::less<>> parts_;
};

template <class Interface>
struct Registered {
  explicit Registered(PartInfo<Interface> info) {
    Registry<Interface>::instance().add(std::move(info));
  }
};

/// A configured part: its registry entry, the object, and the options bound to it.
template <class Interface>
struct Part {
  PartInfo<Interface> const* info = nullptr;
  std::unique_ptr<Interface> object;
  OptionList options;

  std::string const& name() const { return info->name; }
  /// `name@key=value,...` of the options that are not default: a column name, a label.
  std::string label() const {
    std::string const differing = options.differing();
    return differing.empty() ? name() : name() + "@" + differing;
  }
};

/// Makes the named part and applies the settings; every mistake is collected.
template <class Interface>
Part<Interface> make_part(PartText const& text, Mistakes& mistakes) {
  Part<Interface> part;
  try {
    part.info = &Registry<Interface>::instance().find(text.name);
  } catch (UserError const& error) {
    mistakes.add(error);
    return part;
  }
  part.object = part.info->make();
  part.object->declare(part.options);
  for (auto const& [key, value] : text.settings) {
    try {
      part.options.assign(key, value);
    } catch (UserError const& error) {
      mistakes.add(std::string(Interface::kind) + " '" + text.name + "': " + error.what());
    }
  }
  return part;
}

}  // namespace pertscale
