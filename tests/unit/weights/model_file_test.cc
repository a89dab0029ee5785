// Model files: what is saved comes back, and every tensor that does not fit is named.
#include "continuo/weights/model_file.h"

#include <gmock/gmock.h>

#include <cstdint>
#include <filesystem>
#include <limits>

#include "continuo/base/error.h"
#include "unit/weights/tiny_model.h"

namespace continuo::weights {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(ModelFile, GivesBackWhatWasSaved) {
  ModelContents contents = tiny_model();
  contents.metadata["continuo.recipe"] = "{\"epochs\": 3}";
  const auto path = std::filesystem::path(testing::TempDir()) / "continuo-weights" / "tiny.safetensors";
  save(path, contents);
  const ModelFile file = ModelFile::load(path);
  EXPECT_EQ(file.network(), contents.network);
  EXPECT_EQ(file.metadata("continuo.recipe"), "{\"epochs\": 3}");
  EXPECT_EQ(file.metadata("continuo.version"), "1");
  EXPECT_EQ(file.metadata("no such key"), "");
  EXPECT_EQ(file.tensors().size(), contents.tensors.size());
  for (const auto& [name, values] : contents.tensors)
    EXPECT_THAT(file.tensor(name).values, testing::ElementsAreArray(values)) << name;
  EXPECT_THAT(file.tensor("lstm.weight_ih_l0").shape, ElementsAre(4, 1));
  EXPECT_EQ(file.parameter_count(), 2 + 2 + 2 + 4 * 4);
  std::filesystem::remove_all(path.parent_path());
}

TEST(ModelFile, TensorsStayValidWhenItMoves) {
  ModelFile first = ModelFile::parse(serialise(tiny_model()));
  const float* const before = first.tensor("head.bias").values.data();
  const ModelFile second = std::move(first);
  EXPECT_EQ(second.tensor("head.bias").values.data(), before);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(before) % alignof(float), 0U);
}

TEST(ModelFile, SerialisesTheSameBytesEachTime) {
  ModelContents contents = tiny_model();
  contents.metadata = {{"b", "2"}, {"a", "1"}, {"\xC3\xA9", "\xE2\x99\xAB"}};
  EXPECT_EQ(serialise(contents), serialise(contents));
  EXPECT_EQ(ModelFile::parse(serialise(contents)).metadata("\xC3\xA9"), "\xE2\x99\xAB");
}

TEST(ModelFile, DataBeginsOnACacheLine) {
  for (std::size_t length = 0; length < 70; ++length) {
    ModelContents contents = tiny_model();
    contents.metadata["note"] = std::string(length, 'x');
    const std::vector<std::uint8_t> bytes = serialise(contents);
    EXPECT_EQ((8 + header_of(bytes).size()) % 64, 0U) << length;
  }
}

TEST(ModelFile, ReadsDataThatOthersLeftUnaligned) {
  const std::vector<std::uint8_t> original = serialise(tiny_model());
  for (std::size_t padding = 1; padding < 5; ++padding) {
    const std::string header = header_of(original) + std::string(padding, ' ');
    std::vector<std::uint8_t> bytes = file_of(header, 0);
    bytes.insert(bytes.end(), original.end() - 4 * 22, original.end());
    const ModelFile file = ModelFile::parse(bytes);
    EXPECT_THAT(file.tensor("embedding.weight").values, ElementsAre(0.5F, 0.75F));
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(file.tensor("embedding.weight").values.data()) % alignof(float), 0U);
  }
}

TEST(ModelFile, EveryShapeMismatchNamesItsTensor) {
  for (const TensorSpec& spec : tensor_specs(tiny_model().network)) {
    const std::string key = "\"" + spec.name + "\":";
    const std::string header = header_of(serialise(tiny_model()));
    const std::size_t begin = header.find("\"shape\":", header.find(key));
    const std::string shape = header.substr(begin, header.find(']', begin) + 1 - begin);
    const std::string entry = header.substr(header.find(key), begin - header.find(key));
    std::string wrong = shape;  // the same number of values in another shape
    wrong.insert(wrong.size() - 1, ",1");
    const auto bytes = with_header(entry + shape, entry + wrong);
    ASSERT_FALSE(bytes.empty());
    EXPECT_THAT(
        [&] { ModelFile::parse(bytes, "m.safetensors"); },
        ThrowsMessage<Error>(testing::AllOf(HasSubstr("m.safetensors: tensor \"" + spec.name + "\" has the shape"),
                                            HasSubstr("its network needs"))));
  }
}

TEST(ModelFile, MissingAndExtraTensorsAreNamed) {
  EXPECT_THAT([] { ModelFile::parse(with_header("\"head.bias\"", "\"head.bios\"")); },
              ThrowsMessage<Error>(HasSubstr("tensor \"head.bias\" is missing")));
  EXPECT_THAT(
      [] {
        ModelFile::parse(with_header(
            "\"head.bias\"", "\"extra\":{\"data_offsets\":[0,0],\"dtype\":\"F32\",\"shape\":[0]},\"head.bias\""));
      },
      ThrowsMessage<Error>(HasSubstr("tensor \"extra\" does not belong to its network")));
}

TEST(ModelFile, SavingChecksTensorsToo) {
  ModelContents missing = tiny_model();
  missing.tensors.erase("head.bias");
  EXPECT_THAT([&] { serialise(missing); }, ThrowsMessage<Error>(HasSubstr("tensor \"head.bias\" is missing")));
  ModelContents extra = tiny_model();
  extra.tensors["more"] = {1.0F};
  EXPECT_THAT([&] { serialise(extra); }, ThrowsMessage<Error>(HasSubstr("tensor \"more\" does not belong")));
  ModelContents size = tiny_model();
  size.tensors["head.bias"].push_back(0.0F);
  EXPECT_THAT([&] { serialise(size); }, ThrowsMessage<Error>(HasSubstr("tensor \"head.bias\" has 3 values")));
  ModelContents infinite = tiny_model();
  infinite.tensors["head.bias"][1] = std::numeric_limits<float>::infinity();
  EXPECT_THAT([&] { serialise(infinite); }, ThrowsMessage<Error>(HasSubstr("tensor \"head.bias\" has a value")));
  ModelContents reserved = tiny_model();
  reserved.metadata["continuo.version"] = "7";
  EXPECT_THAT([&] { serialise(reserved); }, ThrowsMessage<Error>(HasSubstr("continuo.version")));
  ModelContents binary = tiny_model();
  binary.metadata["note"] = "\xFF\xFE";
  EXPECT_THAT([&] { serialise(binary); }, ThrowsMessage<Error>(HasSubstr("UTF-8")));
}

TEST(ModelFile, ValuesThatAreNotFiniteAreRefused) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
    std::vector<std::uint8_t> bytes = serialise(tiny_model());
    std::memcpy(bytes.data() + bytes.size() - 4, &bad, 4);
    EXPECT_THAT(
        [&] { ModelFile::parse(bytes); },
        ThrowsMessage<Error>(HasSubstr("tensor \"lstm.weight_ih_l0\" has a value that is not finite (number 3)")));
  }
}

TEST(ModelFile, OtherVersionsAndOtherFilesAreToldApart) {
  EXPECT_THAT([] { ModelFile::parse(with_header("\"continuo.version\":\"1\"", "\"continuo.version\":\"2\"")); },
              ThrowsMessage<Error>(HasSubstr("has the model format \"2\", this program reads 1")));
  EXPECT_THAT([] { ModelFile::parse(with_header("\"continuo.version\"", "\"continuo.vorsion\"")); },
              ThrowsMessage<Error>(HasSubstr("continuo.version is missing")));
  EXPECT_THAT([] { ModelFile::parse(with_header("\"continuo.network\"", "\"continuo.nutwork\"")); },
              ThrowsMessage<Error>(HasSubstr("lacks the metadata continuo.network")));
  EXPECT_THAT([] { ModelFile::parse(with_header("\\\"hidden\\\":1", "\\\"hidden\\\":0")); },
              ThrowsMessage<Error>(HasSubstr("hidden")));
  EXPECT_THAT([] { ModelFile::load("/no/such/model.safetensors"); }, ThrowsMessage<Error>(HasSubstr("/no/such/model")));
}

TEST(ModelFile, AskingForATensorThatIsNotThereNamesIt) {
  const ModelFile file = ModelFile::parse(serialise(tiny_model()));
  EXPECT_THAT([&] { file.tensor("block.0.skip.weight"); }, ThrowsMessage<Error>(HasSubstr("block.0.skip.weight")));
}

}  // namespace
}  // namespace continuo::weights
