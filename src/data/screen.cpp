#include "data/screen.hpp"

#include "core/error.hpp"

namespace pertscale {

std::size_t Screen::control_row(std::size_t context) const {
  auto const control = labels.control();
  auto const row = control ? labels.row(*control, context) : std::nullopt;
  if (!row) throw InternalError("screen '" + name + "' lacks a control profile");
  return *row;
}

}  // namespace pertscale
