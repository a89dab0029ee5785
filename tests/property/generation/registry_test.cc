// Every network with every representation, every start and every option of composing, by the registries: what is added
// there is tried here. Tiny networks of random weights, so that a sanitizer gets through.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "continuo/base/error.h"
#include "continuo/generation/compose.h"
#include "continuo/generation/compose_sound.h"
#include "continuo/generation/options.h"
#include "continuo/representation/sound.h"
#include "unit/engine/random_model.h"

namespace continuo::generation {
namespace {

constexpr std::size_t kSymbols = 10;

/// A bar of melody with chords, a tempo and a pedal.
Score some_music() {
  Score score{.ppq = 480};
  score.tempos = {{0, 600'000}};
  Track piano{.name = "Piano", .program = 0};
  for (Tick beat = 0; beat < 4; ++beat) {
    piano.notes.push_back({beat * 480, 480, static_cast<std::uint8_t>(60 + 2 * beat)});
    piano.notes.push_back({beat * 480, 960, static_cast<std::uint8_t>(48 + beat)});
  }
  piano.controls = {{0, 64, 127}, {960, 64, 0}};
  score.tracks = {piano};
  normalise(score);
  return score;
}

struct Subject {
  std::string name;
  LoadedModel composer;
};

weights::NetworkSpec small_network(const weights::NetworkInfo& row, std::size_t vocabulary) {
  auto spec = weights::shrunk_network(row.name, static_cast<int>(vocabulary));
  if (auto* markov = std::get_if<weights::MarkovSpec>(&spec.network)) {
    markov->order = 2;
    markov->entries.clear();
  }
  if (row.takes_labels) spec.labels = 2;
  return spec;
}

/// All that reads scores, for one network.
std::vector<Subject> subjects_of(const weights::NetworkInfo& row) {
  std::vector<Subject> subjects;
  for (const std::string& name : representation::representation_names()) {
    if (representation::reads_sound(name)) continue;
    representation::RepresentationSpec wanted{.name = name};
    if (row.takes_labels) wanted.labels = {"unknown", "somebody"};
    if (representation::needs_fitting(name)) wanted.settings["min_count"] = "1";
    const std::shared_ptr<const representation::Representation> made =
        representation::fit(wanted, 3, [](std::size_t) { return some_music(); });
    Random random(5);
    const auto add = [&](weights::NetworkSpec spec, const std::string& how) {
      LoadedModel composer{.model = engine::Model::create(engine::random_file(spec, random)), .representation = made};
      if (spec.reads_frames()) composer.frames = std::make_shared<representation::FrameCode>(made->spec());
      subjects.push_back({std::string(row.name) + " on " + name + how, composer});
    };
    if (representation::time_base(name) != representation::TimeBase::kFrames) {
      add(small_network(row, made->vocabulary().size()), "");
      continue;
    }
    if (!row.reads_frames) continue;
    const representation::FrameCode code(made->spec());
    for (const auto head : {representation::FrameHead::kKeys, representation::FrameHead::kChain}) {
      const bool keys = head == representation::FrameHead::kKeys;
      auto spec = small_network(row, keys ? static_cast<std::size_t>(code.keys()) : code.vocabulary_size());
      spec.output = keys ? weights::kBinary : weights::kCategorical;
      spec.inputs = code.inputs(head);
      add(spec, keys ? ", keys" : ", chain");
    }
  }
  return subjects;
}

constexpr StartKind kStarts[] = {StartKind::kBeginning, StartKind::kRandom, StartKind::kPrompt};

ComposeOptions from(StartKind start) {
  ComposeOptions options{.start = start, .symbols = kSymbols, .seed = 7};
  if (start == StartKind::kRandom) options.random_length = 9;
  if (start == StartKind::kPrompt) options.prompt = some_music();
  return options;
}

/// Some value that is not the one there.
OptionValue other_value(const Option& option) {
  switch (option.kind) {
    case OptionKind::kFlag: {
      const OptionValue now = option.get();
      return !(std::holds_alternative<bool>(now) && std::get<bool>(now));
    }
    case OptionKind::kWhole:
      return std::clamp<std::uint64_t>(3, static_cast<std::uint64_t>(std::ceil(option.low)), option.high);
    case OptionKind::kNumber:
      return std::clamp(0.7, option.low, static_cast<double>(option.high));
    case OptionKind::kWord:
      if (!option.choices.empty()) return option.choices.back();
      return option.name.find("temperature") != std::string::npos ? std::string("0.8,pitch=1.1")
                                                                  : std::string("somebody");
    case OptionKind::kFile:
      break;
  }
  return {};
}

void expect_music(const LoadedModel& composer, const ComposeOptions& options) {
  try {
    const Composition piece = compose(composer, options);
    for (const auto symbol : piece.symbols) EXPECT_LT(symbol, composer.representation->vocabulary().size());
    for (const Track& track : piece.score.tracks)
      for (const Note& note : track.notes) EXPECT_GE(note.duration, 0);
  } catch (const Error& error) {
    // What does not go together is refused in words.
    EXPECT_GT(std::string(error.what()).size(), 10U);
    EXPECT_NE(error.code(), ErrorCode::kUnspecified) << error.what();
  }
}

class EveryNetwork : public ::testing::TestWithParam<std::string> {
 protected:
  static const weights::NetworkInfo& row() {
    const auto rows = weights::network_infos();
    return **std::find_if(rows.begin(), rows.end(), [](const auto* info) { return info->name == GetParam(); });
  }
};

TEST_P(EveryNetwork, ComposesFromEveryStartWithEverySampling) {
  for (const Subject& subject : subjects_of(row())) {
    for (const StartKind start : kStarts) {
      SCOPED_TRACE(subject.name + ", start " + std::to_string(static_cast<int>(start)));
      const Composition piece = compose(subject.composer, from(start));
      EXPECT_GE(piece.generated, 1U);
      EXPECT_GE(piece.symbols.size(), 2U);
      SamplingOptions list;
      const std::size_t count = options_of(list).size();
      for (std::size_t i = 0; i < count; ++i) {
        ComposeOptions options = from(start);
        auto sampling = options_of(options.sampling);
        SCOPED_TRACE(sampling[i].name);
        sampling[i].assign(other_value(sampling[i]));
        EXPECT_GE(compose(subject.composer, options).generated, 1U);
      }
    }
  }
}

TEST_P(EveryNetwork, TakesOrRefusesEveryOption) {
  for (const Subject& subject : subjects_of(row())) {
    ComposeOptions list;
    const std::size_t count = options_of(list).size();
    for (std::size_t i = 0; i < count; ++i) {
      ComposeOptions options = from(StartKind::kBeginning);
      auto all = options_of(options);
      SCOPED_TRACE(subject.name + ": " + all[i].name);
      all[i].assign(other_value(all[i]));
      if (options.start == StartKind::kPrompt) options.prompt = some_music();
      expect_music(subject.composer, options);
    }
  }
}

TEST_P(EveryNetwork, ComposesSound) {
  for (const std::string& name : representation::representation_names()) {
    if (!representation::reads_sound(name)) continue;
    representation::RepresentationSpec wanted{.name = name, .settings = {{"sample_rate", "8000"}}};
    if (name == "spectrum") wanted.settings["frame"] = "64";
    const std::shared_ptr<const representation::SoundRepresentation> made = representation::make_sound(wanted);
    const bool frames = made->steps() == representation::Steps::kFrames;
    if (frames && !row().reads_frames) continue;
    auto spec = small_network(row(), static_cast<std::size_t>(made->width()));
    spec.labels = 0;
    if (frames) spec.output = weights::kReal;
    Random random(6);
    const SoundComposer composer{.model = engine::Model::create(engine::random_file(spec, random)),
                                 .representation = made};
    for (const StartKind start : kStarts) {
      SamplingOptions list;
      const std::size_t count = options_of(list).size();
      for (std::size_t i = 0; i <= count; ++i) {
        ComposeSoundOptions options{.start = start, .seconds = 0.02};
        if (start == StartKind::kRandom) options.random_length = 9;
        if (start == StartKind::kPrompt) options.prompt.assign(800, 0.25F);
        auto sampling = options_of(options.sampling);
        SCOPED_TRACE(std::string(row().name) + " on " + name + ", start " + std::to_string(static_cast<int>(start)) +
                     (i < count ? ", " + sampling[i].name : ""));
        if (i < count) sampling[i].assign(other_value(sampling[i]));
        std::size_t samples = 0;
        compose_sound(composer, options, [&](std::span<const float> more) {
          samples += more.size();
          for (const float sample : more) EXPECT_TRUE(std::isfinite(sample));
        });
        EXPECT_GE(samples, 160U);
      }
    }
  }
}

std::vector<std::string> network_names() {
  std::vector<std::string> names;
  for (const weights::NetworkInfo* row : weights::network_infos()) names.emplace_back(row->name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Registry, EveryNetwork, ::testing::ValuesIn(network_names()), [](const auto& test) {
  std::string name = test.param;
  std::ranges::replace(name, '-', '_');
  return name;
});

}  // namespace
}  // namespace continuo::generation
