// Files that lie: each kind of lie is refused with words that say where.
#include <gmock/gmock.h>

#include <chrono>

#include "continuo/base/error.h"
#include "continuo/weights/model_file.h"
#include "unit/weights/tiny_model.h"

namespace continuo::weights {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

std::string refusal(std::vector<std::uint8_t> bytes) {
  try {
    ModelFile::parse(std::move(bytes), "bad.safetensors");
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::StartsWith("bad.safetensors: "));
    return error.what();
  }
  return "accepted";
}

std::string entry(const std::string& name, const std::string& shape, const std::string& offsets,
                  const std::string& type = "F32") {
  return "\"" + name + "\":{\"dtype\":\"" + type + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}";
}

TEST(HostileFile, TooShortForALength) {
  EXPECT_THAT(refusal({}), HasSubstr("only 0 bytes"));
  EXPECT_THAT(refusal({1, 2, 3, 4, 5, 6, 7}), HasSubstr("only 7 bytes"));
}

TEST(HostileFile, HeaderLengths) {
  EXPECT_THAT(refusal(std::vector<std::uint8_t>(64, 0xFF)), HasSubstr("header claims 18446744073709551615 bytes"));
  auto one_too_long = file_of("{}", 0);
  one_too_long[0] = 3;
  EXPECT_THAT(refusal(one_too_long), HasSubstr("is cut off: the header claims 3 bytes, the file has 2"));
  EXPECT_THAT(refusal(file_of("", 0)), HasSubstr("not a JSON object"));
}

TEST(HostileFile, HeadersThatAreNoObject) {
  EXPECT_THAT(refusal(file_of("[]", 0)), HasSubstr("not a JSON object"));
  EXPECT_THAT(refusal(file_of("{\"a\":", 0)), HasSubstr("not valid JSON"));
  EXPECT_THAT(refusal(file_of("{} {}", 0)), HasSubstr("not valid JSON"));
  EXPECT_THAT(refusal(file_of("{\"\xFF\":1}", 0)), HasSubstr("not valid JSON"));
  EXPECT_THAT(refusal(file_of("{\"a\":7}", 0)), HasSubstr("tensor \"a\" is not described by an object"));
}

TEST(HostileFile, DeepJsonIsRefusedAtOnce) {
  const std::string deep = "{\"a\":" + std::string(4'000'000, '[');
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THAT(refusal(file_of(deep, 0)), HasSubstr("nests deeper than 3 levels"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2));
}

TEST(HostileFile, ManyEmptyTensors) {
  std::string header = "{";
  for (int i = 0; i < 32'000; ++i) header += (i == 0 ? "" : ",") + entry("t" + std::to_string(i), "[0]", "[0,0]");
  EXPECT_THAT(refusal(file_of(header + "}", 0)), HasSubstr("continuo.version is missing"));
}

TEST(HostileFile, DuplicateNames) {
  EXPECT_THAT(refusal(file_of("{" + entry("a", "[1]", "[0,4]") + "," + entry("a", "[1]", "[4,8]") + "}", 8)),
              HasSubstr("has the key \"a\" twice"));
  EXPECT_THAT(refusal(file_of("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}", 0)), HasSubstr("\"dtype\" twice"));
}

TEST(HostileFile, RangesOutsideTheData) {
  EXPECT_THAT(refusal(file_of("{" + entry("late", "[2]", "[4,12]") + "}", 8)),
              HasSubstr("tensor \"late\" claims the bytes 4 to 12 of 8"));
  EXPECT_THAT(refusal(file_of("{" + entry("back", "[1]", "[8,4]") + "}", 8)), HasSubstr("tensor \"back\" claims"));
  EXPECT_THAT(refusal(file_of("{" + entry("far", "[1]", "[18446744073709551612,18446744073709551615]") + "}", 8)),
              HasSubstr("tensor \"far\" claims"));
}

TEST(HostileFile, OverlapsGapsAndLeftovers) {
  EXPECT_THAT(refusal(file_of("{" + entry("a", "[2]", "[0,8]") + "," + entry("b", "[2]", "[4,12]") + "}", 12)),
              HasSubstr("tensor \"b\" overlaps"));
  EXPECT_THAT(refusal(file_of("{" + entry("a", "[1]", "[0,4]") + "," + entry("b", "[1]", "[8,12]") + "}", 12)),
              HasSubstr("tensor \"b\" leaves a gap of 4 bytes"));
  EXPECT_THAT(refusal(file_of("{" + entry("a", "[1]", "[0,4]") + "}", 9)),
              HasSubstr("5 bytes at the end belong to no tensor"));
}

TEST(HostileFile, UnalignedRanges) {
  EXPECT_THAT(refusal(file_of("{" + entry("odd", "[1]", "[2,6]") + "}", 6)),
              HasSubstr("tensor \"odd\" begins at byte 2, which is not a multiple of 4"));
}

TEST(HostileFile, ShapesThatOverflowOrDisagree) {
  EXPECT_THAT(refusal(file_of("{" + entry("huge", "[4294967296,4294967296,4294967296]", "[0,4]") + "}", 4)),
              HasSubstr("tensor \"huge\" has 4 bytes, its shape asks for more than can be counted"));
  // 2^62 values are 2^64 bytes: without care, none at all.
  EXPECT_THAT(refusal(file_of("{" + entry("round", "[4611686018427387904]", "[0,0]") + "}", 0)),
              HasSubstr("tensor \"round\" has 0 bytes, its shape asks for more than can be counted"));
  EXPECT_THAT(refusal(file_of("{" + entry("few", "[3]", "[0,8]") + "}", 8)),
              HasSubstr("tensor \"few\" has 8 bytes, its shape asks for 12"));
  EXPECT_THAT(refusal(file_of("{" + entry("minus", "[-1]", "[0,4]") + "}", 4)),
              HasSubstr("tensor \"minus\" has a size"));
  EXPECT_THAT(refusal(file_of("{" + entry("half", "[1.5]", "[0,4]") + "}", 4)),
              HasSubstr("tensor \"half\" has a size"));
  EXPECT_THAT(refusal(file_of("{" + entry("many", "[1,1,1,1,1,1,1,1,1]", "[0,4]") + "}", 4)),
              HasSubstr("tensor \"many\" has a shape that is not a list of at most 8"));
  EXPECT_THAT(refusal(file_of("{" + entry("text", "\"1\"", "[0,4]") + "}", 4)),
              HasSubstr("tensor \"text\" has a shape"));
}

TEST(HostileFile, PropertiesOfATensor) {
  EXPECT_THAT(refusal(file_of("{" + entry("half", "[2]", "[0,4]", "F16") + "}", 4)),
              HasSubstr("tensor \"half\" has the type \"F16\", only F32, BF16 and I8"));
  EXPECT_THAT(refusal(file_of("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4)), HasSubstr("tensor \"a\" lacks one of"));
  EXPECT_THAT(refusal(file_of("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"offsets\":[0,4]}}", 4)),
              HasSubstr("tensor \"a\" has an unknown property \"offsets\""));
  EXPECT_THAT(refusal(file_of("{\"a\":{\"dtype\":3,\"shape\":[1],\"data_offsets\":[0,4]}}", 4)),
              HasSubstr("tensor \"a\" has a dtype"));
  EXPECT_THAT(refusal(file_of("{" + entry("three", "[1]", "[0,2,4]") + "}", 4)),
              HasSubstr("tensor \"three\" has data_offsets"));
}

TEST(HostileFile, SizesAndPlacesByType) {
  EXPECT_THAT(refusal(file_of("{" + entry("bf", "[3]", "[0,4]", "BF16") + "}", 4)),
              HasSubstr("tensor \"bf\" has 4 bytes, its shape asks for 6"));
  EXPECT_THAT(
      refusal(file_of("{" + entry("a", "[1]", "[0,1]", "I8") + "," + entry("b", "[1]", "[1,3]", "BF16") + "}", 3)),
      HasSubstr("tensor \"b\" begins at byte 1, which is not a multiple of 2"));
  EXPECT_THAT(refusal(file_of("{" + entry("a", "[3]", "[0,3]", "I8") + "," + entry("b", "[1]", "[3,7]") + "}", 7)),
              HasSubstr("tensor \"b\" begins at byte 3, which is not a multiple of 4"));
  EXPECT_THAT(refusal(file_of("{" + entry("huge", "[9223372036854775807,2]", "[0,4]", "BF16") + "}", 4)),
              HasSubstr("tensor \"huge\" has 4 bytes, its shape asks for more than can be counted"));
}

TEST(HostileFile, MetadataThatIsNoText) {
  EXPECT_THAT(refusal(file_of("{\"__metadata__\":[]}", 0)), HasSubstr("__metadata__ is not an object"));
  EXPECT_THAT(refusal(file_of("{\"__metadata__\":{\"k\":1}}", 0)), HasSubstr("the metadata \"k\" is not a string"));
}

TEST(HostileFile, MessagesCarryNoControlCharactersAndNoNovels) {
  const std::string message =
      refusal(file_of("{" + entry("\\u001b[2J" + std::string(5000, 'n'), "[3]", "[0,4]") + "}", 4));
  EXPECT_THAT(message, testing::Not(HasSubstr("\x1b")));
  EXPECT_LT(message.size(), 400U);
}

TEST(HostileFile, EveryTruncationIsRefused) {
  const std::vector<std::uint8_t> whole = serialise(tiny_model());
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_NE(refusal({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)}), "accepted") << length;
}

TEST(HostileFile, ATinyFileCannotAskForAHugeNetwork) {
  const auto bytes = with_header("\\\"hidden\\\":1", "\\\"hidden\\\":8000");
  EXPECT_THAT(refusal(bytes), HasSubstr("its network needs [32000, 1]"));
}

}  // namespace
}  // namespace continuo::weights
