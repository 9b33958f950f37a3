#include "io/bucket_file.hpp"

#include <catch2/catch.hpp>
#include <cstring>

#include "core/error.hpp"
#include "core/random.hpp"
#include "shared_data.hpp"

using namespace pertscale;

TEST_CASE("records come back by bucket and in order, whatever the buffers hold") {
  TemporaryFolder const folder;
  auto const memory = GENERATE(std::uint64_t{0}, std::uint64_t{1} << 20);
  constexpr std::size_t buckets = 3;
  std::vector<std::string> expected(buckets);
  RandomStream random(1, "buckets");
  BucketWriter writer(folder / "scratch", buckets, memory);

  for (std::int64_t part = 0; part < 4; ++part) {
    writer.start(part);
    for (int i = 0; i < 200; ++i) {
      auto const bucket = static_cast<std::size_t>(random.below(buckets));
      std::string const text(random.below(i % 50 == 0 ? 9000 : 300), static_cast<char>('a' + part));
      auto const room = writer.record(bucket, text.size());
      std::memcpy(room.data(), text.data(), text.size());
      expected[bucket] += text;
    }
  }
  auto const extents = writer.finish();

  BucketReader reader({folder / "scratch"});
  std::vector<std::string> found(buckets);
  std::vector<std::byte> buffer;
  for (auto const& extent : extents) {
    auto const bytes = reader.read(extent, buffer);
    std::string const text(reinterpret_cast<char const*>(bytes.data()), bytes.size());
    CHECK(text == std::string(text.size(), static_cast<char>('a' + extent.order)));
    found[static_cast<std::size_t>(extent.bucket)] += text;
  }
  CHECK(found == expected);
}

TEST_CASE("a place that cannot be written is the user's mistake") {
  CHECK_THROWS_AS(BucketWriter("/nonexistent/scratch", 1, 0), UserError);
}
