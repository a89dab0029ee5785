// The model file to the byte, as docs/model-file.md gives it: a change here is a change of the format.
#include <gmock/gmock.h>

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "continuo/weights/model_file.h"
#include "unit/weights/tiny_model.h"

namespace continuo::weights {
namespace {

// Padded with blanks until the length before it and the header end on a multiple of 64.
constexpr const char* kHeader =
    R"({"__metadata__":{)"
    R"("continuo.network":"{\"labels\":0,\"lstm\":{\"dropout\":0.0,\"embedding\":1,\"hidden\":1,\"layers\":1},\"name\":\"lstm\",\"vocabulary_size\":2}",)"
    R"("continuo.version":"1","title":"tiny"},)"
    R"("embedding.weight":{"data_offsets":[0,8],"dtype":"F32","shape":[2,1]},)"
    R"("head.bias":{"data_offsets":[8,16],"dtype":"F32","shape":[2]},)"
    R"("head.weight":{"data_offsets":[16,24],"dtype":"F32","shape":[2,1]},)"
    R"("lstm.bias_hh_l0":{"data_offsets":[24,40],"dtype":"F32","shape":[4]},)"
    R"("lstm.bias_ih_l0":{"data_offsets":[40,56],"dtype":"F32","shape":[4]},)"
    R"("lstm.weight_hh_l0":{"data_offsets":[56,72],"dtype":"F32","shape":[4,1]},)"
    R"("lstm.weight_ih_l0":{"data_offsets":[72,88],"dtype":"F32","shape":[4,1]}})";

TEST(ModelFileGolden, BytesAreThese) {
  ModelContents contents = tiny_model();
  contents.metadata["title"] = "tiny";
  std::string header = kHeader;
  const std::size_t length = (8 + header.size() + 63) / 64 * 64 - 8;
  header.append(length - header.size(), ' ');
  std::vector<std::uint8_t> expected = file_of(header, 0);
  expected.reserve(length + 100);
  for (int i = 0; i < 22; ++i) {
    const float value = 0.5F + 0.25F * static_cast<float>(i);
    std::uint32_t bits = 0;
    std::memcpy(&bits, &value, 4);
    for (int shift = 0; shift < 32; shift += 8) expected.push_back(static_cast<std::uint8_t>(bits >> shift));
  }
  const std::vector<std::uint8_t> bytes = serialise(contents);
  EXPECT_EQ(header_of(bytes), header);
  EXPECT_EQ(bytes, expected);
}

// The same model in int8: the vectors and scales first, then the bfloat16 of the embedding, then the whole numbers.
constexpr const char* kInt8Header =
    R"({"__metadata__":{)"
    R"("continuo.network":"{\"labels\":0,\"lstm\":{\"dropout\":0.0,\"embedding\":1,\"hidden\":1,\"layers\":1},\"name\":\"lstm\",\"vocabulary_size\":2}",)"
    R"("continuo.version":"1"},)"
    R"("embedding.weight":{"data_offsets":[80,84],"dtype":"BF16","shape":[2,1]},)"
    R"("head.bias":{"data_offsets":[0,8],"dtype":"F32","shape":[2]},)"
    R"("head.weight":{"data_offsets":[84,86],"dtype":"I8","shape":[2,1]},)"
    R"("head.weight.scale":{"data_offsets":[8,16],"dtype":"F32","shape":[2]},)"
    R"("lstm.bias_hh_l0":{"data_offsets":[16,32],"dtype":"F32","shape":[4]},)"
    R"("lstm.bias_ih_l0":{"data_offsets":[32,48],"dtype":"F32","shape":[4]},)"
    R"("lstm.weight_hh_l0":{"data_offsets":[86,90],"dtype":"I8","shape":[4,1]},)"
    R"("lstm.weight_hh_l0.scale":{"data_offsets":[48,64],"dtype":"F32","shape":[4]},)"
    R"("lstm.weight_ih_l0":{"data_offsets":[90,94],"dtype":"I8","shape":[4,1]},)"
    R"("lstm.weight_ih_l0.scale":{"data_offsets":[64,80],"dtype":"F32","shape":[4]}})";

/// w / 127 as docs/model-file.md rounds it: up, to 17 significant bits.
float documented_scale(double w) {
  int exponent = 0;
  const double fraction = std::frexp(static_cast<float>(w / 127), &exponent);
  return static_cast<float>(std::ldexp(std::ceil(std::ldexp(fraction, 17)), exponent - 17));
}

TEST(ModelFileGolden, BytesOfInt8AreThese) {
  ModelContents contents = tiny_model();
  contents.precision = Precision::kInt8;
  std::string header = kInt8Header;
  header.append((64 - (8 + header.size()) % 64) % 64, ' ');
  std::vector<std::uint8_t> expected = file_of(header, 0);
  const auto add = [&](float value) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, &value, 4);
    for (int shift = 0; shift < 32; shift += 8) expected.push_back(static_cast<std::uint8_t>(bits >> shift));
  };
  const auto value = [](int i) { return 0.5F + 0.25F * static_cast<float>(i); };  // the i-th in the order of names
  for (const int i : {2, 3}) add(value(i));
  for (const int i : {4, 5}) add(documented_scale(value(i)));
  for (int i = 6; i < 14; ++i) add(value(i));
  for (int i = 14; i < 22; ++i) add(documented_scale(value(i)));
  expected.insert(expected.end(), {0x00, 0x3F, 0x40, 0x3F});  // 0.5 and 0.75
  expected.insert(expected.end(), 10, 127);                   // each row has one value, its greatest
  const std::vector<std::uint8_t> bytes = serialise(contents);
  EXPECT_EQ(header_of(bytes), header);
  EXPECT_EQ(bytes, expected);
}

}  // namespace
}  // namespace continuo::weights
