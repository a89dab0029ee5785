// A loaded model from a path and from bytes, with and without a filter, and files that do not fit together.
#include "continuo/loaded/loaded_model.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "continuo/base/error.h"
#include "unit/engine/random_model.h"

namespace continuo::loaded {
namespace {

using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

std::vector<std::uint8_t> model_bytes(const representation::RepresentationSpec& spec, weights::NetworkSpec network) {
  Random random(1);
  weights::ModelContents contents{.network = network, .metadata = {}, .tensors = {}};
  for (const weights::TensorSpec& tensor : weights::tensor_specs(network))
    contents.tensors[tensor.name].assign(engine::value_count(tensor), static_cast<float>(random.normal() * 0.1));
  if (!spec.name.empty()) contents.metadata["continuo.representation"] = to_json(spec);
  return weights::serialise(contents);
}

weights::NetworkSpec gru(int vocabulary) {
  return {.vocabulary_size = vocabulary, .labels = 0, .network = weights::GruSpec{.embedding = 4, .hidden = 4}};
}

std::vector<std::uint8_t> remi_model() {
  const auto remi = representation::make({.name = "remi"});
  return model_bytes(remi->spec(), gru(static_cast<int>(remi->vocabulary().size())));
}

class LoadedModelTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("continuo-loaded-" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path write(const std::string& name, const std::vector<std::uint8_t>& bytes) const {
    const auto path = folder_ / name;
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    return path;
  }
  std::filesystem::path folder_;
};

TEST_F(LoadedModelTest, FromAPathIsFromItsBytes) {
  const auto bytes = remi_model();
  const LoadedModel from_path = LoadedModel::load(write("model.safetensors", bytes));
  const LoadedModel from_bytes = LoadedModel::parse(bytes);
  EXPECT_EQ(from_path.representation->spec(), from_bytes.representation->spec());
  EXPECT_EQ(from_path.known, nullptr);
  EXPECT_EQ(from_path.frames, nullptr);
  const auto one = from_path.model->new_stream(), other = from_bytes.model->new_stream();
  EXPECT_THAT(one->step(3), ElementsAreArray(other->step(3)));
}

TEST_F(LoadedModelTest, RangesOfTheFileCountHoweverItIsLoaded) {
  const auto remi = representation::make({.name = "remi"});
  weights::ModelContents contents{
      .network = gru(static_cast<int>(remi->vocabulary().size())),
      .metadata = {{weights::kRepresentationKey, to_json(remi->spec())}, {weights::kRangesKey, "40:50-103"}},
      .tensors = {}};
  for (const weights::TensorSpec& tensor : weights::tensor_specs(contents.network))
    contents.tensors[tensor.name].assign(engine::value_count(tensor), 0.1F);
  const auto bytes = weights::serialise(contents);
  const auto file = weights::ModelFile::parse(bytes);
  const LoadedModel parsed = LoadedModel::parse(bytes);
  const LoadedModel around = LoadedModel::of(engine::Model::create(file), file.all_metadata());
  for (const LoadedModel* loaded : {&parsed, &around}) {
    EXPECT_EQ(loaded->ranges[40], (PitchRange{50, 103}));
    EXPECT_EQ(loaded->ranges[41], general_midi_ranges()[41]);
  }
  EXPECT_THROW(LoadedModel::of(engine::Model::create(file), {}), Error) << "no representation";
}

TEST_F(LoadedModelTest, AFilterIsFoundBesideThePathAndGivenWithBytes) {
  const std::vector<std::uint64_t> hashes = {passage_hash(std::vector<Step>{1, 2, 3})};
  const auto path = write("model.safetensors", remi_model());
  PassageFilter(4, hashes).write(passage_filter_of(path));
  std::ifstream file(passage_filter_of(path), std::ios::binary);
  const std::vector<std::uint8_t> filter{std::istreambuf_iterator<char>(file), {}};
  for (const LoadedModel& loaded : {LoadedModel::load(path), LoadedModel::parse(remi_model(), filter)}) {
    ASSERT_NE(loaded.known, nullptr);
    EXPECT_EQ(loaded.known->notes(), 4U);
    EXPECT_TRUE(loaded.known->contains(std::vector<Step>{1, 2, 3}));
    EXPECT_FALSE(loaded.known->contains(std::vector<Step>{1, 2, 4}));
  }
  auto damaged = filter;
  damaged.back() ^= 1;
  damaged[80] ^= 1;
  EXPECT_THROW(LoadedModel::parse(remi_model(), damaged), Error);
  write("model.passage-filter", damaged);
  EXPECT_THROW(LoadedModel::load(path), Error);
}

TEST_F(LoadedModelTest, WhatDoesNotFitTogetherIsRefused) {
  const auto refusal = [](std::vector<std::uint8_t> bytes) -> std::string {
    try {
      LoadedModel::parse(std::move(bytes));
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(refusal(model_bytes(representation::make({.name = "remi"})->spec(), gru(7))), HasSubstr("7 symbols"));
  EXPECT_THAT(refusal(model_bytes({.name = ""}, gru(7))), HasSubstr("names no representation"));
  EXPECT_NE(refusal(model_bytes({.name = "mulaw"}, gru(256))), "");
  auto frames = gru(87);
  frames.output = weights::kBinary;
  EXPECT_THAT(refusal(model_bytes(representation::make({.name = "remi"})->spec(), frames)), HasSubstr("reads frames"));
  EXPECT_THAT(refusal(model_bytes(representation::make({.name = "frames"})->spec(), frames)), HasSubstr("keys"));
  EXPECT_NE(refusal({1, 2, 3}), "");
}

TEST_F(LoadedModelTest, ANetworkOfKeysKnowsHowItPredictsFrames) {
  const representation::FrameCode code(representation::make({.name = "frames"})->spec());
  auto network = gru(code.keys());
  network.output = weights::kBinary;
  network.inputs = code.inputs(representation::FrameHead::kKeys);
  const LoadedModel keys = LoadedModel::parse(model_bytes({.name = "frames"}, network));
  ASSERT_NE(keys.frames, nullptr);
  EXPECT_EQ(keys.frame_head(), representation::FrameHead::kKeys);
}

}  // namespace
}  // namespace continuo::loaded
