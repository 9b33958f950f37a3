#include "io/reader.hpp"
namespace pertscale {
std::unique_ptr<ScreenReader> open_screen(std::string const& path) {
  throw UserError(path + ": no reader");
}
}  // namespace pertscale
