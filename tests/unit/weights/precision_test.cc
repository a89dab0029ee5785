// Forms of values: how they are rounded, that rounding again changes nothing, and what files of them may hold.
#include "continuo/weights/precision.h"

#include <gmock/gmock.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "continuo/base/error.h"
#include "continuo/base/random.h"
#include "continuo/weights/model_file.h"
#include "unit/weights/tiny_model.h"

namespace continuo::weights {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr float kLargest = std::numeric_limits<float>::max();

float random_float(Random& random) {
  return static_cast<float>(random.normal() * std::exp2(static_cast<double>(random.between(-90, 90))));
}

TEST(Precision, NamesReadBack) {
  EXPECT_THAT(precision_names(), ElementsAre("fp32", "bf16", "int8"));
  for (const auto precision : {Precision::kFp32, Precision::kBf16, Precision::kInt8})
    EXPECT_EQ(precision_from(name(precision)), precision);
  EXPECT_FALSE(precision_from("fp16"));
}

TEST(Bf16, RoundsToTheNearestAndTiesToEven) {
  EXPECT_EQ(to_bf16(1.0F), 0x3F80);
  EXPECT_EQ(to_bf16(-2.0F), 0xC000);
  EXPECT_EQ(to_bf16(0x1.01p0F), 0x3F80) << "halfway, down to the even one";
  EXPECT_EQ(to_bf16(0x1.03p0F), 0x3F82) << "halfway, up to the even one";
  EXPECT_EQ(to_bf16(0x1.010002p0F), 0x3F81) << "just above halfway";
  EXPECT_EQ(to_bf16(-0.0F), 0x8000);
  EXPECT_EQ(from_bf16(to_bf16(kLargest)), 0x1.FEp127F);
  EXPECT_EQ(from_bf16(to_bf16(-kLargest)), -0x1.FEp127F);
}

TEST(Bf16, IsTheNearestOfItsNeighbours) {
  Random random(3);
  for (int i = 0; i < 20'000; ++i) {
    const float value = random_float(random);
    const std::uint16_t bits = to_bf16(value);
    const double error = std::abs(static_cast<double>(from_bf16(bits)) - value);
    for (const int step : {-1, 1})
      ASSERT_LE(error, std::abs(static_cast<double>(from_bf16(static_cast<std::uint16_t>(bits + step))) - value));
    ASSERT_EQ(to_bf16(from_bf16(bits)), bits);
  }
}

TEST(Int8, RowsRoundWithinHalfAScaleAndAgainToThemselves) {
  Random random(5);
  for (int round = 0; round < 20'000; ++round) {
    const float greatest = std::abs(random_float(random));
    const float scale = row_scale(greatest);
    ASSERT_GE(127.0 * scale, greatest);
    ASSERT_LE(127.0 * scale, greatest * (1 + 0x1p-15));
    ASSERT_EQ(quantise(greatest, scale), 127);
    ASSERT_EQ(quantise(-greatest, scale), -127);
    const float whole = static_cast<float>(random.between(-127, 127));
    ASSERT_EQ(static_cast<double>(whole * scale), static_cast<double>(whole) * scale) << "the product is exact";
    ASSERT_EQ(row_scale(127.0F * scale), scale);
    ASSERT_EQ(quantise(whole * scale, scale), whole);
    const auto value = static_cast<float>(greatest * (2 * random.uniform() - 1));
    ASSERT_LE(std::abs(static_cast<double>(quantise(value, scale)) * scale - value), 0.5 * scale * (1 + 1e-5));
  }
}

TEST(Int8, RowsOfNothingAndOfEverything) {
  EXPECT_EQ(row_scale(0.0F), 0.0F);
  EXPECT_EQ(row_scale(std::numeric_limits<float>::denorm_min()), 0.0F);
  EXPECT_EQ(quantise(1e-40F, 0.0F), 0);
  const float scale = row_scale(kLargest);
  EXPECT_TRUE(std::isfinite(127.0F * scale));
  EXPECT_EQ(row_scale(127.0F * scale), scale);
  EXPECT_EQ(quantise(kLargest, scale), 127);
}

/// Of the kinds of tensors that matter here: a vector, a matrix, a convolution, an embedding, a condition.
ModelContents random_wavenet() {
  ModelContents contents{.network = {7, 2,
                                     WaveNetSpec{.residual_channels = 5,
                                                 .skip_channels = 4,
                                                 .head_channels = 3,
                                                 .stacks = 1,
                                                 .dilations = {1, 2}}},
                         .metadata = {{"continuo.recipe", "x = 1"}},
                         .tensors = {}};
  Random random(9);
  for (const TensorSpec& spec : tensor_specs(contents.network)) {
    std::size_t count = 1;
    for (const auto size : spec.shape) count *= static_cast<std::size_t>(size);
    for (; count > 0; --count) contents.tensors[spec.name].push_back(static_cast<float>(random.normal()));
  }
  return contents;
}

ModelFile stored(ModelContents contents, Precision precision) {
  contents.precision = precision;
  return ModelFile::parse(serialise(contents));
}

void expect_same_values(const ModelFile& a, const ModelFile& b) {
  ASSERT_EQ(a.tensors().size(), b.tensors().size());
  for (const auto& [name, tensor] : a.tensors()) {
    EXPECT_EQ(tensor.shape, b.tensor(name).shape);
    EXPECT_EQ(std::memcmp(tensor.values.data(), b.tensor(name).values.data(), tensor.values.size_bytes()), 0) << name;
  }
}

TEST(StoredPrecision, ConvertingIsSavingAndLoading) {
  const ModelContents contents = random_wavenet();
  const ModelFile original = stored(contents, Precision::kFp32);
  EXPECT_EQ(original.precision(), Precision::kFp32);
  for (const auto precision : {Precision::kFp32, Precision::kBf16, Precision::kInt8}) {
    SCOPED_TRACE(name(precision));
    const ModelFile converted = original.converted(precision);
    const ModelFile loaded = stored(contents, precision);
    EXPECT_EQ(loaded.precision(), precision);
    EXPECT_EQ(converted.precision(), precision);
    EXPECT_EQ(converted.network(), original.network());
    EXPECT_EQ(converted.metadata("continuo.recipe"), "x = 1");
    EXPECT_EQ(loaded.parameter_count(), original.parameter_count());
    expect_same_values(converted, loaded);
    expect_same_values(loaded.converted(precision), loaded);
    expect_same_values(loaded.converted(Precision::kFp32), loaded);
  }
}

TEST(StoredPrecision, VectorsStayAndLookUpsAreBfloat16AtTheLeast) {
  const ModelContents contents = random_wavenet();
  const ModelFile file = stored(contents, Precision::kInt8);
  for (const auto& [name, values] : contents.tensors) {
    const Tensor& tensor = file.tensor(name);
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (tensor.shape.size() == 1)
        EXPECT_EQ(tensor.values[i], values[i]) << name;
      else if (name == "embedding.weight" || name.ends_with("condition.weight"))
        EXPECT_EQ(tensor.values[i], from_bf16(to_bf16(values[i]))) << name;
      else
        EXPECT_NEAR(tensor.values[i], values[i], 4.0 / 127) << name;
    }
  }
}

TEST(StoredPrecision, EachRowHasItsScale) {
  ModelContents contents = random_wavenet();
  auto& weight = contents.tensors.at("head.1.weight");  // [7, 3]
  for (std::size_t i = 0; i < weight.size(); ++i)
    weight[i] *= static_cast<float>(std::pow(10.0, static_cast<double>(i / 3)));
  const ModelFile file = stored(contents, Precision::kInt8);
  for (std::size_t i = 0; i < weight.size(); ++i)
    EXPECT_NEAR(file.tensor("head.1.weight").values[i], weight[i],
                4.0 / 127 * std::pow(10.0, static_cast<double>(i / 3)));
}

/// A refusal of the tiny int8 model with one piece of its header replaced.
std::string refusal(const std::string& from, const std::string& to, Precision precision = Precision::kInt8) {
  const auto bytes = with_header(from, to, precision);
  EXPECT_FALSE(bytes.empty()) << from;
  try {
    ModelFile::parse(bytes, "bad.safetensors");
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(StoredPrecision, ScalesThatDoNotFitAreNamed) {
  EXPECT_THAT(refusal("\"head.weight.scale\"", "\"head.weight.scald\""),
              HasSubstr("tensor \"head.weight.scale\" is missing"));
  EXPECT_THAT(refusal("\"head.weight.scale\"", "\"zz.scale\""), HasSubstr("tensor \"head.weight.scale\" is missing"));
  const std::string entry = "\"head.weight.scale\":{\"data_offsets\":[8,16],\"dtype\":\"F32\",\"shape\":[2]}";
  EXPECT_THAT(refusal(entry, "\"head.weight.scale\":{\"data_offsets\":[8,16],\"dtype\":\"F32\",\"shape\":[1,2]}"),
              HasSubstr("tensor \"head.weight.scale\" has the shape [1, 2], its network needs [2]"));
  EXPECT_THAT(refusal(entry, "\"head.weight.scale\":{\"data_offsets\":[8,16],\"dtype\":\"BF16\",\"shape\":[4]}"),
              HasSubstr("tensor \"head.weight.scale\" has the shape [4]"));
  EXPECT_THAT(refusal("\"head.bias\"",
                      "\"extra.scale\":{\"data_offsets\":[0,0],\"dtype\":\"F32\",\"shape\":[0]},\"head.bias\""),
              HasSubstr("tensor \"extra.scale\" does not belong to its network"));
}

TEST(StoredPrecision, VectorsOfOtherTypesAreRefused) {
  // The bytes of head.bias, which is a vector of two floats, as something else of the same size.
  EXPECT_THAT(refusal("\"dtype\":\"F32\",\"shape\":[2]}", "\"dtype\":\"BF16\",\"shape\":[4]}", Precision::kFp32),
              HasSubstr("tensor \"head.bias\" has the shape [4]"));
  const std::string tensors = R"({"__metadata__":{"continuo.version":"1","continuo.network":"{\"name\":\"lstm\",)"
                              R"(\"vocabulary_size\":1,\"lstm\":{\"embedding\":1,\"hidden\":1,\"layers\":1}}"},)"
                              R"("embedding.weight":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]},)"
                              R"("head.bias":{"dtype":"BF16","shape":[1],"data_offsets":[56,58]},)"
                              R"("head.weight":{"dtype":"F32","shape":[1,1],"data_offsets":[4,8]},)"
                              R"("lstm.bias_hh_l0":{"dtype":"F32","shape":[4],"data_offsets":[8,24]},)"
                              R"("lstm.bias_ih_l0":{"dtype":"F32","shape":[4],"data_offsets":[24,40]},)"
                              R"("lstm.weight_hh_l0":{"dtype":"BF16","shape":[4,1],"data_offsets":[40,48]},)"
                              R"("lstm.weight_ih_l0":{"dtype":"BF16","shape":[4,1],"data_offsets":[48,56]}})";
  EXPECT_THAT([&] { ModelFile::parse(file_of(tensors, 58)); },
              ThrowsMessage<Error>(HasSubstr("tensor \"head.bias\" has the type BF16, but vectors must be F32")));
}

TEST(StoredPrecision, ValuesThatNoWriterWritesAreNamed) {
  ModelContents contents = tiny_model();
  contents.precision = Precision::kInt8;
  const std::vector<std::uint8_t> whole = serialise(contents);
  // The data ends with the I8 values of head.weight [2], lstm.weight_hh_l0 [4] and lstm.weight_ih_l0 [4].
  std::vector<std::uint8_t> bytes = whole;
  bytes[bytes.size() - 3] = 0x80;
  EXPECT_THAT([&] { ModelFile::parse(bytes); },
              ThrowsMessage<Error>(HasSubstr("tensor \"lstm.weight_ih_l0\" has the value -128")));
  const std::size_t data = 8 + header_of(whole).size();
  const auto with_scale = [&](float scale) {  // of head.weight, after the two floats of head.bias
    std::vector<std::uint8_t> changed = whole;
    std::memcpy(changed.data() + data + 8, &scale, 4);
    return changed;
  };
  EXPECT_THAT([&] { ModelFile::parse(with_scale(-1.0F)); },
              ThrowsMessage<Error>(HasSubstr("tensor \"head.weight.scale\" has a scale below zero (number 0)")));
  EXPECT_THAT([&] { ModelFile::parse(with_scale(NAN)); },
              ThrowsMessage<Error>(HasSubstr("tensor \"head.weight.scale\" has a value that is not finite")));
  EXPECT_THAT([&] { ModelFile::parse(with_scale(1e38F)); },
              ThrowsMessage<Error>(HasSubstr("tensor \"head.weight\" has a value that is not finite")));
  contents.precision = Precision::kBf16;
  bytes = serialise(contents);
  bytes[bytes.size() - 1] = 0x7F;
  bytes[bytes.size() - 2] = 0x80;
  EXPECT_THAT(
      [&] { ModelFile::parse(bytes); },
      ThrowsMessage<Error>(HasSubstr("tensor \"lstm.weight_ih_l0\" has a value that is not finite (number 3)")));
}

TEST(StoredPrecision, EveryTruncationIsRefused) {
  for (const auto precision : {Precision::kBf16, Precision::kInt8}) {
    ModelContents contents = tiny_model();
    contents.precision = precision;
    const std::vector<std::uint8_t> whole = serialise(contents);
    for (std::size_t length = 0; length < whole.size(); ++length)
      EXPECT_THROW(ModelFile::parse({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)}), Error);
  }
}

}  // namespace
}  // namespace continuo::weights
