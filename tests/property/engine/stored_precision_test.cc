// A model that was rounded when it was saved and one that is rounded when it is loaded are the same, to the last bit.
#include <gmock/gmock.h>

#include "unit/engine/random_model.h"

namespace continuo::engine {
namespace {

weights::ModelFile stored_in(const weights::ModelFile& file, Precision precision) {
  weights::ModelContents contents{.network = file.network(), .metadata = {}, .tensors = {}, .precision = precision};
  for (const auto& [name, tensor] : file.tensors())
    contents.tensors[name].assign(tensor.values.begin(), tensor.values.end());
  return weights::ModelFile::parse(weights::serialise(contents));
}

TEST(StoredPrecision, FileAndOptionGiveTheSameBits) {
  Random random(23);
  for (int round = 0; round < 3 * kKinds; ++round) {
    const weights::ModelFile file = random_file(random_spec(random, round % kKinds, 12), random);
    if (file.network().is_counted()) continue;
    const auto symbols = random_symbols(random, 60, file.network().vocabulary_size);
    const auto exact = run(*Model::create(file)->new_stream(), symbols);
    for (const Precision precision : {Precision::kBf16, Precision::kInt8}) {
      const weights::ModelFile stored = stored_in(file, precision);
      for (const InstructionSet set : available_instruction_sets()) {
        SCOPED_TRACE(weights::to_json(file.network()) + std::string(weights::name(precision)) + std::string(name(set)));
        const auto asked = Model::create(file, {.precision = precision, .instruction_set = set});
        const auto found = Model::create(stored, {.instruction_set = set});
        EXPECT_EQ(found->precision(), precision) << "the file's own, when none is asked for";
        const auto logits = run(*asked->new_stream(), symbols);
        EXPECT_EQ(logits, run(*found->new_stream(), symbols));
        EXPECT_NE(logits, exact) << "the precision makes a difference, or the comparison says little";
      }
    }
  }
}

TEST(StoredPrecision, WhatIsStoredNarrowRunsInSinglePrecisionToo) {
  Random random(29);
  const weights::ModelFile file = random_file(random_spec(random, 0, 12), random);
  const auto symbols = random_symbols(random, 40, file.network().vocabulary_size);
  for (const Precision precision : {Precision::kBf16, Precision::kInt8}) {
    const auto model = Model::create(stored_in(file, precision), {.precision = Precision::kFp32});
    EXPECT_EQ(model->precision(), Precision::kFp32);
    EXPECT_EQ(run(*model->new_stream(), symbols),
              run(*Model::create(file.converted(precision), {.precision = Precision::kFp32})->new_stream(), symbols));
  }
}

}  // namespace
}  // namespace continuo::engine
