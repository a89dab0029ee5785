// The hash is XXH3's 128 bits as its authors print them.
#include "continuo/base/hash.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <vector>

namespace continuo {
namespace {

TEST(ContentHash, MatchesTheReferenceProgram) {
  // `printf '' | xxhsum -H2` and `printf 'continuo' | xxhsum -H2`
  EXPECT_EQ(content_hash(""), "99aa06d3014798d86001c324468d497f");
  EXPECT_EQ(content_hash("continuo"), "d6cadf975724243732f642974b5a63f1");
  EXPECT_NE(content_hash("continuo"), content_hash("continuO"));
}

TEST(ContentHasher, GivesTheHashOfTheWholeHoweverItIsCut) {
  std::vector<std::uint8_t> bytes(5000);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * i >> 3U);
  EXPECT_EQ(ContentHasher().digits(), content_hash(""));
  for (const std::size_t block : {1U, 7U, 64U, 240U, 1024U, 4999U, 5000U}) {
    ContentHasher hasher;
    for (std::size_t at = 0; at < bytes.size(); at += block)
      hasher.add(std::span(bytes).subspan(at, std::min(block, bytes.size() - at)));
    ContentHasher moved(std::move(hasher));
    EXPECT_EQ(moved.digits(), content_hash(bytes)) << block;
    EXPECT_EQ(moved.digits(), content_hash(bytes)) << "asked again";
  }
}

}  // namespace
}  // namespace continuo
