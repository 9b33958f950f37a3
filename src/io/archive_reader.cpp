#include <fmt/format.h>

#include <cctype>
#include <charconv>
#include <filesystem>
#include <limits>

#include "io/text_screen.hpp"
#include "io/whole_text.hpp"

namespace pertscale {

namespace {

/// The little of JSON that the archive uses, in one pass: objects and arrays of numbers or texts.
/// Python writes NaN and Infinity, which JSON itself does not know.
class JsonCursor {
 public:
  JsonCursor(std::string const& path, std::string_view text) : path_(path), text_(text) {}

  char peek() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  /// Takes `c` if it comes next.
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }

  void need(char c) {
    if (!take(c)) refuse(fmt::format("'{}' is missing", c));
  }

  /// A text in quotes. Of escapes, those of single characters.
  std::string text() {
    need('"');
    std::string out;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] == '\\' && ++at_ < text_.size() && text_[at_] == 'u')
        refuse("escapes of the form \\uXXXX are not read");
      if (at_ < text_.size()) out += text_[at_++];
    }
    need('"');
    return out;
  }

  double number() {
    peek();
    if (text_.substr(at_).starts_with("null")) {
      at_ += 4;
      return std::numeric_limits<double>::quiet_NaN();
    }
    double value = 0;
    auto const [end, error] =
        std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
    if (error == std::errc::invalid_argument) refuse("a number is missing");
    at_ = static_cast<std::size_t>(end - text_.data());
    return value;
  }

  template <class Item>
  void list(char open, char close, Item&& item) {
    need(open);
    if (take(close)) return;
    do item();
    while (take(','));
    need(close);
  }

  [[noreturn]] void refuse(std::string const& what) const {
    throw UserError(fmt::format(
        "{}: is no file of this form ({} at byte {}); it is {{\"condition\": [number, ...], ...}}",
        path_, what, at_));
  }

 private:
  std::string const& path_;
  std::string_view text_;
  std::size_t at_ = 0;
};

/// Predictions as the Nature Methods benchmark archives them: {"A+B": [a value a gene], ...}, with
/// the genes in gene_names.json beside it.
class ArchiveReader final : public TextScreen {
 public:
  bool recognises(std::string const& path) const override { return path.ends_with(".json"); }

 private:
  TextProfiles load(std::string const& path) const override {
    TextProfiles out;
    out.form = "archive form of the Nature Methods benchmark";
    out.labels.push_back({"condition", {}});
    out.genes = genes(path);
    auto const text = whole_text(path);
    JsonCursor json(path, text);
    json.list('{', '}', [&] {
      out.labels.front().second.push_back(json.text());
      json.need(':');
      add_values(json, path, out);
    });
    return out;
  }

  static std::vector<std::string> genes(std::string const& path) {
    std::string const names =
        (std::filesystem::path(path).parent_path() / "gene_names.json").string();
    if (!std::filesystem::exists(names))
      throw UserError(fmt::format(
          "{}: gene_names.json is missing beside it; it lists the genes of every prediction",
          path));
    std::vector<std::string> out;
    auto const text = whole_text(names);
    JsonCursor json(names, text);
    json.list('[', ']', [&] { out.push_back(json.text()); });
    return out;
  }

  static void add_values(JsonCursor& json, std::string const& path, TextProfiles& out) {
    std::size_t const before = out.values.size();
    json.list('[', ']', [&] { out.values.push_back(json.number()); });
    if (out.values.size() - before != out.genes.size())
      throw UserError(fmt::format("{}: {} has {} value(s), but gene_names.json names {} genes",
                                  path, out.labels.front().second.back(),
                                  out.values.size() - before, out.genes.size()));
  }
};

Registered<ScreenReader> const registered{
    {"nature-methods-archive",
     "all_predictions.json of conditions x genes, with gene_names.json beside it",
     "Ahlmann-Eltze et al. 2025, Nat. Methods, doi 10.1038/s41592-025-02772-6",
     {},
     [] { return std::make_unique<ArchiveReader>(); }}};

}  // namespace

}  // namespace pertscale
