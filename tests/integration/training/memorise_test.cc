// The whole chain on sound: a file is memorised, and given its beginning the model plays the rest.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "continuo/audio/waveform.h"
#include "continuo/generation/compose_sound.h"
#include "continuo/training/trainer.h"
#include "continuo/weights/model_file.h"
#include "unit/corpus/fixtures.h"

namespace continuo::training {
namespace {

constexpr int kRate = 1000;
constexpr std::size_t kNote = 200;  ///< samples

/// Eight notes, each with one overtone, each dying away: what has been played tells what comes.
audio::Waveform tune() {
  audio::Waveform wave{.sample_rate = kRate, .channels = 1};
  for (const double hertz : {110.0, 146.8, 82.4, 123.5, 98.0, 164.8, 130.8, 73.4})
    for (std::size_t i = 0; i < kNote; ++i) {
      const double at = static_cast<double>(i) / kRate;
      const double phase = 2 * std::numbers::pi * hertz * at;
      wave.samples.push_back(
          static_cast<float>(0.5 * std::exp(-8 * at) * (std::sin(phase) + 0.4 * std::sin(2 * phase))));
    }
  return wave;
}

double correlation(std::span<const float> a, std::span<const float> b) {
  double both = 0, first = 0, second = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    both += static_cast<double>(a[i]) * b[i];
    first += static_cast<double>(a[i]) * a[i];
    second += static_cast<double>(b[i]) * b[i];
  }
  return both / std::sqrt(first * second);
}

TEST(ByHeart, AWaveNetGoesOnFromAPromptAsThePieceDoes) {
  const corpus::TemporaryFolder folder("memorised");
  std::filesystem::create_directories(folder / "music");
  audio::write_file(folder / "music/tune.wav", tune());
  Recipe recipe;
  recipe.representation = {.name = "mulaw", .settings = {{"sample_rate", std::to_string(kRate)}}};
  recipe.split.train = 1;
  recipe.network.network = weights::WaveNetSpec{.residual_channels = 16,
                                                .skip_channels = 32,
                                                .head_channels = 32,
                                                .stacks = 1,
                                                .dilations = {1, 2, 4, 8, 16, 32, 64}};
  recipe.training.order = ReadingOrder::kRandom;
  recipe.training.chunk = 256;
  recipe.training.batch = 4;
  recipe.training.learning_rate = 0.01;
  recipe.training.weight_decay = 0;
  recipe.training.steps = 400;
  recipe.training.threads = 1;
  recipe.training.precision = TrainingPrecision::kFp32;  // the same on every machine
  const auto collection = corpus::scan(folder / "music", {.min_seconds = 0, .sound = true});
  const auto dataset = corpus::open_dataset(collection, corpus::split(collection, recipe.split), recipe.representation,
                                            folder / "cache");
  const auto trained = train(dataset, recipe, {.folder = folder / "model"});

  const auto composer =
      generation::SoundComposer::from(weights::ModelFile::load(trained.best_model), trained.best_model);
  std::vector<float> piece;
  composer.representation->decoder()->push(dataset.pieces().front().symbols.to_vector(), piece);
  ASSERT_GT(piece.size(), 7 * kNote);
  constexpr std::size_t kPrompt = 2 * kNote;
  std::vector<float> played;
  generation::compose_sound(
      composer,
      {.sampling = {.argmax = true},
       .start = generation::StartKind::kPrompt,
       .prompt = {piece.begin(), piece.begin() + kPrompt},
       .seconds = static_cast<double>(piece.size() - kPrompt) / kRate},
      [&](std::span<const float> samples) { played.insert(played.end(), samples.begin(), samples.end()); });
  ASSERT_EQ(played.size(), piece.size());
  for (std::size_t note = kPrompt; note + kNote <= piece.size(); note += kNote)
    EXPECT_GT(correlation(std::span(piece).subspan(note, kNote), std::span(played).subspan(note, kNote)), 0.9)
        << "note " << note / kNote + 1;
}

}  // namespace
}  // namespace continuo::training
