#pragma once
#include <cstddef>
#include <filesystem>
#include <span>
#include <vector>

namespace pertscale {

/// Results in the order in which they are made, gene by gene: a file of one record a gene, each
/// `layers` layers of `rows` numbers and `extra` more.
struct RecordShape {
  std::size_t genes = 0, layers = 0, rows = 0, extra = 0;
  std::size_t record() const { return layers * rows + extra; }
};

/// Any number of ranks write one file, each its own records.
class GeneRecordWriter {
 public:
  /// Opens `path` and makes it if need be. UserError where it cannot be written.
  GeneRecordWriter(std::filesystem::path path, RecordShape const& shape);
  ~GeneRecordWriter();
  GeneRecordWriter(GeneRecordWriter const&) = delete;
  GeneRecordWriter& operator=(GeneRecordWriter const&) = delete;

  void write(std::size_t gene, std::span<double const> record);
  void close();

 private:
  std::filesystem::path path_;
  RecordShape shape_;
  int file_ = -1;
};

/// Reads rows of genes from the records; buffers hold what is asked for and no more.
class GeneRecordReader {
 public:
  GeneRecordReader(std::filesystem::path path, RecordShape const& shape);
  ~GeneRecordReader();
  GeneRecordReader(GeneRecordReader const&) = delete;
  GeneRecordReader& operator=(GeneRecordReader const&) = delete;

  RecordShape const& shape() const { return shape_; }
  /// Rows [first, last) of a layer, all genes, row-major.
  void rows(std::size_t layer, std::size_t first, std::size_t last,
            std::vector<double>& values) const;
  /// One of the extra numbers, of every gene.
  std::vector<double> extra(std::size_t number) const;

 private:
  void get(std::size_t gene, std::size_t offset, std::span<double> values) const;

  std::filesystem::path path_;
  RecordShape shape_;
  int file_ = -1;
};

}  // namespace pertscale
