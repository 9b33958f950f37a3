#include "io/h5ad_frame_output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <unordered_map>

#include "core/error.hpp"

namespace pertscale {

namespace {

/// Codes in the smallest type that holds them, as pandas does.
template <class Code>
void write_codes(Hdf5Output const& group, std::vector<std::int32_t> const& codes) {
  std::vector<Code> const narrow(codes.begin(), codes.end());
  group.array<Code>("codes", narrow);
}

void write_values(Hdf5Output const& frame, std::string const& name,
                  OutputCategories const& values) {
  auto const group = frame.group(name, {"categorical", "0.2.0"});
  group.attribute("ordered", false);
  group.strings("categories", values.categories);
  auto const count = values.categories.size();
  if (count <= std::numeric_limits<std::int8_t>::max())
    write_codes<std::int8_t>(group, values.codes);
  else if (count <= std::numeric_limits<std::int16_t>::max())
    write_codes<std::int16_t>(group, values.codes);
  else
    group.array<std::int32_t>("codes", values.codes);
}

void write_values(Hdf5Output const& frame, std::string const& name,
                  std::vector<std::string> const& values) {
  frame.strings(name, values);
}

template <class T>
void write_values(Hdf5Output const& frame, std::string const& name, std::vector<T> const& values) {
  frame.array<T>(name, values);
}

std::size_t length(OutputCategories const& values) { return values.codes.size(); }
template <class T>
std::size_t length(std::vector<T> const& values) {
  return values.size();
}

}  // namespace

OutputCategories categorise(std::span<std::string const> texts) {
  OutputCategories out;
  out.categories.assign(texts.begin(), texts.end());
  std::sort(out.categories.begin(), out.categories.end());
  out.categories.erase(std::unique(out.categories.begin(), out.categories.end()),
                       out.categories.end());
  std::unordered_map<std::string, std::int32_t> code;
  for (auto const& name : out.categories)
    code.emplace(name, static_cast<std::int32_t>(code.size()));
  for (auto const& text : texts) out.codes.push_back(code.at(text));
  return out;
}

void write_frame(Hdf5Output const& root, std::string const& name, OutputFrame const& frame) {
  auto const group = root.group(name, {"dataframe", "0.2.0"});
  group.attribute("_index", std::string("_index"));
  std::vector<std::string> order;
  for (auto const& column : frame.columns) order.push_back(column.name);
  group.attribute("column-order", order);
  group.strings("_index", frame.index);
  for (auto const& column : frame.columns)
    std::visit(
        [&](auto const& values) {
          if (length(values) != frame.index.size())
            throw InternalError(
                fmt::format("column {} has another length than its frame", column.name));
          write_values(group, column.name, values);
        },
        column.values);
}

}  // namespace pertscale
