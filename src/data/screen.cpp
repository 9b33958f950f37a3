#include "data/screen.hpp"

#include "core/error.hpp"

namespace pertscale {

void Screen::release_pages() const {
  for (auto const* table : {&mean, &variance, &nonzero, &measured_mean, &matched_control})
    table->release_pages();
}

std::size_t Screen::control_row(std::size_t context) const {
  auto const control = labels.control();
  auto const row = control ? labels.row(*control, context) : std::nullopt;
  if (!row) throw InternalError("screen '" + name + "' lacks a control profile");
  return *row;
}

}  // namespace pertscale
