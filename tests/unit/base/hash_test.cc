// The hash is XXH3's 128 bits as its authors print them.
#include "continuo/base/hash.h"

#include <gtest/gtest.h>

namespace continuo {
namespace {

TEST(ContentHash, MatchesTheReferenceProgram) {
  // `printf '' | xxhsum -H2` and `printf 'continuo' | xxhsum -H2`
  EXPECT_EQ(content_hash(""), "99aa06d3014798d86001c324468d497f");
  EXPECT_EQ(content_hash("continuo"), "d6cadf975724243732f642974b5a63f1");
  EXPECT_NE(content_hash("continuo"), content_hash("continuO"));
}

}  // namespace
}  // namespace continuo
