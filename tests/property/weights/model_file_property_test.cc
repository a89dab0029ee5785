// Random specs survive the file; the fuzzer's seeds and random damage to a good file are refused or read, never more.
#include <gmock/gmock.h>

#include <filesystem>

#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/base/random.h"
#include "continuo/weights/model_file.h"
#include "property/fuzz_mutate.h"
#include "unit/weights/tiny_model.h"

namespace continuo::weights {
namespace {

int pick(Random& random, int low, int high) { return static_cast<int>(random.between(low, high)); }

NetworkSpec random_spec(Random& random) {
  WaveNetSpec wavenet{.residual_channels = pick(random, 1, 9),
                      .skip_channels = pick(random, 1, 9),
                      .head_channels = pick(random, 1, 9),
                      .kernel_size = pick(random, 1, 4),
                      .input_kernel_size = pick(random, 1, 4),
                      .stacks = pick(random, 1, 3),
                      .dilations = {},
                      .block = random.below(2) == 0 ? weights::Block::kStandard : weights::Block::kPaper,
                      .dropout = static_cast<float>(random.uniform())};
  for (int i = pick(random, 1, 4); i > 0; --i) wavenet.dilations.push_back(pick(random, 1, 20));
  if (wavenet.block == weights::Block::kPaper) wavenet.skip_channels = wavenet.residual_channels;
  NetworkSpec spec{pick(random, 1, 50), pick(random, 0, 3), wavenet};
  if (random.below(3) == 0)
    spec.network =
        LstmSpec{pick(random, 1, 9), pick(random, 1, 9), pick(random, 1, 3), static_cast<float>(random.uniform())};
  else if (random.below(2) == 0)
    spec.network = WaveNetLstmSpec{wavenet, pick(random, 1, 9), pick(random, 1, 3)};
  return spec;
}

TEST(ModelFileProperty, RandomModelsComeBackBitForBit) {
  Random random(7);
  for (int round = 0; round < 200; ++round) {
    ModelContents contents{
        .network = random_spec(random), .metadata = {{"round", std::to_string(round)}}, .tensors = {}};
    for (const TensorSpec& spec : tensor_specs(contents.network)) {
      std::size_t count = 1;
      for (const auto size : spec.shape) count *= static_cast<std::size_t>(size);
      auto& values = contents.tensors[spec.name];
      for (std::size_t i = 0; i < count; ++i) values.push_back(static_cast<float>(random.normal()));
    }
    const ModelFile file = ModelFile::parse(serialise(contents));
    EXPECT_EQ(file.network(), contents.network);
    EXPECT_EQ(file.metadata("round"), std::to_string(round));
    ASSERT_EQ(file.tensors().size(), contents.tensors.size());
    for (const auto& [name, values] : contents.tensors)
      ASSERT_TRUE(std::ranges::equal(file.tensor(name).values, values)) << name;
    for (const auto precision : {Precision::kBf16, Precision::kInt8}) {
      contents.precision = precision;
      const ModelFile narrow = ModelFile::parse(serialise(contents));
      const ModelFile converted = file.converted(precision);
      for (const auto& [name, unused] : contents.tensors)
        ASSERT_TRUE(std::ranges::equal(narrow.tensor(name).values, converted.tensor(name).values)) << name;
    }
  }
}

TEST(ModelFileProperty, DamagedFilesAreRefusedOrRead) {
  Random random(11);
  std::vector<std::vector<std::uint8_t>> wholes;
  for (const auto precision : {Precision::kFp32, Precision::kBf16, Precision::kInt8}) {
    ModelContents contents = tiny_model();
    contents.precision = precision;
    wholes.push_back(serialise(contents));
  }
  int refused = 0;
  for (int round = 0; round < 4000; ++round) {
    std::vector<std::uint8_t> bytes = wholes[random.below(wholes.size())];
    for (int i = pick(random, 1, 4); i > 0; --i)
      bytes[random.below(bytes.size())] = static_cast<std::uint8_t>(random.below(256));
    if (random.below(4) == 0) bytes.resize(random.below(bytes.size()));
    try {
      ModelFile::parse(std::move(bytes));
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 2000);
}

TEST(ModelFileProperty, FuzzSeedsReplay) {
  const std::filesystem::path folder = std::filesystem::path(CONTINUO_SOURCE_DIR) / "fuzz" / "corpus" / "weights";
  int seeds = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const auto bytes = read_file(entry.path());
    EXPECT_EQ(LLVMFuzzerTestOneInput(bytes.data(), bytes.size()), 0) << entry.path();
    ++seeds;
  }
  EXPECT_GE(seeds, 10);
  for (const char* const good : {"lstm", "wavenet", "wavenet-lstm-paper", "lstm-int8", "wavenet-int8", "wavenet-bf16",
                                 "gru-binary-int8", "guide-cnn-bf16", "markov"})
    EXPECT_NO_THROW(ModelFile::load(folder / good));
}

TEST(ModelFileProperty, FilesThatLieAreRefusedOrRead) {
  const std::filesystem::path folder = std::filesystem::path(CONTINUO_SOURCE_DIR) / "fuzz" / "corpus" / "weights";
  Random random(8);
  for (const char* const good : {"lstm", "wavenet", "lstm-int8", "wavenet-bf16", "guide-cnn-bf16", "markov"})
    run_mutations(read_file(folder / good), 300, random);
}

}  // namespace
}  // namespace continuo::weights

// The fuzzer's own entry point, so that the seeds run through the same code.
#include "../fuzz/weights_fuzz.cc"
