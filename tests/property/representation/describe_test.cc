// What describe() says of symbols, beside their names, what a cursor previews and what decoding makes of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <sstream>
#include <tuple>

#include "continuo/base/error.h"
#include "continuo/representation/sound.h"
#include "property/representation/cases.h"

namespace continuo::representation {

void PrintTo(const SymbolMeaning& meaning, std::ostream* out) {
  *out << name(meaning.kind) << " " << meaning.value << "/" << meaning.denominator;
}

namespace {

using testing::Case;
using testing::make_case;

/// The numbers of a name, in order: {1, 6, 12} of "Duration_1.6.12".
std::vector<double> numbers(const std::string& text) {
  std::vector<double> result;
  std::string word;
  for (const char c : text + " ") {
    if (std::isdigit(static_cast<unsigned char>(c)) != 0 || (c == '.' && !word.empty()) || c == '-') {
      word += c;
    } else if (!word.empty()) {
      std::istringstream parts(word);
      for (std::string part; std::getline(parts, part, '.');) result.push_back(std::stod(part));
      word.clear();
    }
  }
  return result;
}

/// What a name says, by its word before the first "_".
SymbolMeaning of_name(const Representation& representation, Symbol symbol) {
  static const std::map<std::string, SymbolKind> kWords = {{"Start", SymbolKind::kStart},
                                                           {"End", SymbolKind::kEnd},
                                                           {"Bar", SymbolKind::kBar},
                                                           {"TimeSig", SymbolKind::kTimeSignature},
                                                           {"Position", SymbolKind::kPosition},
                                                           {"Pitch", SymbolKind::kPitch},
                                                           {"PitchDrum", SymbolKind::kDrumPitch},
                                                           {"Velocity", SymbolKind::kVelocity},
                                                           {"Duration", SymbolKind::kDuration},
                                                           {"NoteOn", SymbolKind::kPitch},
                                                           {"NoteOff", SymbolKind::kNoteOff},
                                                           {"TimeShift", SymbolKind::kTimeShift},
                                                           {"EndOfFrame", SymbolKind::kEndOfFrame},
                                                           {"Key", SymbolKind::kKey}};
  const std::string& text = representation.vocabulary().name(symbol);
  const auto& settings = representation.spec().settings;
  const std::string word = text.substr(0, text.find('_'));
  const auto values = numbers(text);
  const int first = values.empty() ? 0 : static_cast<int>(values[0]);
  if (word == "Label") return {SymbolKind::kLabel, symbol - 2};
  if (word == "Program")
    return first < 0 ? SymbolMeaning{SymbolKind::kDrums} : SymbolMeaning{SymbolKind::kProgram, first};
  if (word == "Tempo") return {SymbolKind::kTempo, static_cast<int>(std::lround(6e7 / std::stod(text.substr(6))))};
  const auto known = kWords.find(word);
  if (known == kWords.end()) {  // of `notes`: "C#4", or pitch classes as "0.4.7"
    for (int pitch = 0; pitch < 128; ++pitch)
      if (pitch_name(pitch) == text) return {SymbolKind::kPitch, pitch};
    int classes = 0;
    for (const double value : values) classes |= 1 << static_cast<int>(value);
    return {SymbolKind::kChord, classes};
  }
  const SymbolKind kind = known->second;
  if (kind == SymbolKind::kTimeSignature) return {kind, first, static_cast<int>(values.at(1))};
  if (kind == SymbolKind::kPosition) return {kind, first, std::stoi(settings.at("positions"))};
  if (kind == SymbolKind::kDuration)
    return {kind, static_cast<int>(first * values.at(2) + values.at(1)), static_cast<int>(values.at(2))};
  if (kind == SymbolKind::kEndOfFrame) return {kind, 1, std::stoi(settings.at("steps"))};
  return {kind, first};
}

/// A note by its onset and length in thousandths (of quarters, or of seconds where there are no beats).
struct SoundedNote {
  std::int64_t onset = 0;
  int program = 0;  ///< 128: drums
  int pitch = 0;
  int velocity = 0;
  std::int64_t length = 0;
  auto operator<=>(const SoundedNote&) const = default;
};

std::int64_t thousandths(double value) { return std::llround(1000 * value); }

/// Music made of meanings alone: of a sequence that encode() wrote.
struct Reader {
  explicit Reader(const Representation& read) : representation(read), program(setting("program", 0)) {
    if (read.vocabulary().has(SymbolKind::kProgram)) program = 0;
  }

  int setting(const char* name, int otherwise) const {
    const auto& settings = representation.spec().settings;
    const auto found = settings.find(name);
    return found == settings.end() || found->second.empty() || std::isdigit(found->second[0]) == 0
               ? otherwise
               : std::stoi(found->second);
  }

  void begin(int pitch, double length) {
    latest = notes.size();
    notes.push_back({thousandths(now), program, pitch, velocity, thousandths(length)});
    sounding[pitch] = latest;
  }

  void read(SymbolMeaning symbol) {
    const Vocabulary& vocabulary = representation.vocabulary();
    switch (symbol.kind) {
      case SymbolKind::kBar:
        bar += length_of_bar;
        break;
      case SymbolKind::kTimeSignature:
        length_of_bar = 4 * symbol.quotient();
        break;
      case SymbolKind::kPosition:
        now = bar + symbol.quotient();
        break;
      case SymbolKind::kProgram:
        program = symbol.value;
        break;
      case SymbolKind::kDrums:
        program = 128;
        break;
      case SymbolKind::kPitch:
      case SymbolKind::kDrumPitch:
        begin(symbol.value, 0);
        step(vocabulary);
        break;
      case SymbolKind::kChord:
        begin(-symbol.value, 0);
        step(vocabulary);
        break;
      case SymbolKind::kKey:
        if (down.contains(symbol.value)) {
          next_down[symbol.value] = down[symbol.value];
        } else {
          begin(symbol.value, 0);
          next_down[symbol.value] = latest;
        }
        break;
      case SymbolKind::kEndOfFrame:
        now += symbol.quotient();
        for (const auto& [key, note] : next_down) notes[note].length = thousandths(now) - notes[note].onset;
        down = std::exchange(next_down, {});
        break;
      case SymbolKind::kNoteOff:
        notes[sounding.at(symbol.value)].length = thousandths(now) - notes[sounding.at(symbol.value)].onset;
        break;
      case SymbolKind::kVelocity:
        velocity = symbol.value;
        if (vocabulary.has(SymbolKind::kBar)) notes.back().velocity = velocity;
        break;
      case SymbolKind::kDuration:
        notes.back().length = thousandths(symbol.quotient());
        if (!vocabulary.has(SymbolKind::kBar)) now += symbol.quotient();
        break;
      case SymbolKind::kTimeShift:
        now += symbol.value / 1000.0;
        break;
      case SymbolKind::kTempo:
      case SymbolKind::kNone:
      case SymbolKind::kStart:
      case SymbolKind::kEnd:
      case SymbolKind::kLabel:
      case SymbolKind::kSample:
        break;
    }
  }

  /// Where there are no durations each symbol lasts one step, or a quarter.
  void step(const Vocabulary& vocabulary) {
    if (vocabulary.has(SymbolKind::kDuration) || time_base(representation.spec().name) != TimeBase::kOrder) return;
    const auto found = representation.spec().settings.find("step");
    const double quarters = found == representation.spec().settings.end() ? 1 : std::stod(found->second);
    notes.back().length = thousandths(quarters);
    now += quarters;
  }

  const Representation& representation;
  int program;
  std::vector<SoundedNote> notes;  ///< a chord as one, with the negative of its classes
  std::map<int, std::size_t> sounding, down, next_down;
  std::size_t latest = 0;
  double now = 0, bar = 0, length_of_bar = 0;
  int velocity = 64;
};

class DescribeTest : public ::testing::TestWithParam<Case> {};

TEST_P(DescribeTest, AgreesWithTheNames) {
  const auto representation = make_case(GetParam());
  const std::size_t size = representation->vocabulary().size();
  for (std::size_t i = 0; i < size; ++i) {
    const auto symbol = static_cast<Symbol>(i);
    const SymbolMeaning is = representation->describe(symbol);
    SymbolMeaning expected = of_name(*representation, symbol);
    if (is.kind == SymbolKind::kTempo) {  // names are rounded to hundredths of a quarter a minute
      EXPECT_NEAR(is.value, expected.value, 1 + 0.0003 * expected.value);
      expected.value = is.value;
    }
    EXPECT_EQ(is, expected) << representation->vocabulary().name(symbol);
  }
  EXPECT_EQ(representation->describe(65'535), SymbolMeaning());
}

TEST_P(DescribeTest, AgreesWithPreviews) {
  const auto representation = make_case(GetParam());
  Random random(3);
  std::vector<std::uint8_t> mask(representation->vocabulary().size());
  Preview preview;
  std::set<SymbolKind> seen;
  for (int piece = 0; piece < 20; ++piece) {
    const auto cursor = representation->cursor();
    for (int n = 0; n < 200 && !cursor->ended(); ++n) {
      cursor->allowed(mask);
      std::vector<Symbol> permitted;
      for (std::size_t i = 0; i < mask.size(); ++i)
        if (mask[i] != 0) permitted.push_back(static_cast<Symbol>(i));
      // Of the kinds that are allowed one, then a symbol of it: all kinds occur.
      std::set<SymbolKind> kinds;
      for (const Symbol symbol : permitted) kinds.insert(representation->describe(symbol).kind);
      if (kinds.size() > 1 && n < 60) kinds.erase(SymbolKind::kEnd);
      SymbolKind kind = *std::next(kinds.begin(), static_cast<std::ptrdiff_t>(random.below(kinds.size())));
      for (const SymbolKind last : {SymbolKind::kNoteOff, SymbolKind::kEnd})
        if (n > 60 && kinds.contains(last)) kind = last;
      std::erase_if(permitted, [&](Symbol symbol) { return representation->describe(symbol).kind != kind; });
      const Symbol symbol = permitted[random.below(permitted.size())];
      const SymbolMeaning meaning = representation->describe(symbol);
      seen.insert(meaning.kind);
      cursor->preview(symbol, preview);
      const auto& notes = preview.notes;
      EXPECT_TRUE(notes.empty() || begins_notes(meaning.kind));
      EXPECT_EQ(preview.ended, meaning.kind == SymbolKind::kNoteOff ? meaning.value : -1);
      using Owner = Preview::Owner;
      switch (meaning.kind) {
        case SymbolKind::kPitch:
        case SymbolKind::kDrumPitch:
          ASSERT_EQ(notes.size(), 1U);
          EXPECT_EQ(notes[0].pitch, meaning.value);
          EXPECT_EQ(notes[0].drums, meaning.kind == SymbolKind::kDrumPitch);
          break;
        case SymbolKind::kKey:
          ASSERT_LE(notes.size(), 1U);
          EXPECT_TRUE(notes.empty() || notes[0].pitch == meaning.value);
          break;
        case SymbolKind::kChord: {
          int classes = 0;
          for (const auto& note : notes) classes |= 1 << note.pitch % 12;
          EXPECT_EQ(classes, meaning.value);
          EXPECT_GE(notes.size(), 2U);
          break;
        }
        case SymbolKind::kStart:
        case SymbolKind::kEnd:
        case SymbolKind::kLabel:
          EXPECT_EQ(preview.owner, Owner::kPiece);
          break;
        case SymbolKind::kBar:
        case SymbolKind::kTimeSignature:
        case SymbolKind::kPosition:
        case SymbolKind::kTempo:
        case SymbolKind::kTimeShift:
        case SymbolKind::kEndOfFrame:
          EXPECT_EQ(preview.owner, Owner::kMoment);
          break;
        case SymbolKind::kProgram:
        case SymbolKind::kDrums:
          EXPECT_EQ(preview.owner, Owner::kNextNote);
          break;
        case SymbolKind::kDuration:
          EXPECT_EQ(preview.owner, Owner::kLatestNote);
          break;
        case SymbolKind::kVelocity:
          EXPECT_TRUE(preview.owner == Owner::kLatestNote || preview.owner == Owner::kNextNote);
          break;
        case SymbolKind::kNoteOff:
          EXPECT_EQ(preview.owner, Owner::kEndedNote);
          break;
        case SymbolKind::kNone:
        case SymbolKind::kSample:
          ADD_FAILURE() << "allowed: " << name(meaning.kind);
          break;
      }
      cursor->advance(symbol);
    }
  }
  for (const SymbolKind kind : symbol_kinds())
    EXPECT_EQ(seen.contains(kind), representation->vocabulary().has(kind)) << name(kind);
}

TEST_P(DescribeTest, MeaningsAloneGiveTheMusicThatIsDecoded) {
  const auto representation = make_case(GetParam());
  const bool seconds = time_base(representation->spec().name) == TimeBase::kSeconds;
  std::size_t total = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {  // few of them have pianos
    Random random(500 + seed);
    const auto symbols = representation->encode(testing::random_score(random)).symbols;
    Reader reader(*representation);
    for (const Symbol symbol : symbols) reader.read(representation->describe(symbol));
    std::vector<SoundedNote> expected = reader.notes;
    const bool chords = representation->vocabulary().has(SymbolKind::kChord);

    const Decoding decoding = representation->decode(symbols);
    std::vector<SoundedNote> is;
    for (const Track& track : decoding.score.tracks) {
      for (const Note& note : track.notes) {
        const double unit = 1.0 / decoding.score.ppq / (seconds ? 2 : 1);
        is.push_back({thousandths(static_cast<double>(note.onset) * unit), track.is_drums() ? 128 : track.program,
                      note.pitch, note.velocity, thousandths(static_cast<double>(note.duration) * unit)});
      }
    }
    const auto by_time = [](const SoundedNote& a, const SoundedNote& b) {
      return std::tie(a.program, a.pitch, a.onset) < std::tie(b.program, b.pitch, b.onset);
    };
    if (chords) {  // of a chord the classes are said, so classes are compared
      std::map<std::int64_t, int> of_moment, described;
      for (const SoundedNote& note : is) of_moment[note.onset] |= 1 << note.pitch % 12;
      for (const SoundedNote& note : expected)
        described[note.onset] = note.pitch < 0 ? -note.pitch : 1 << note.pitch % 12;
      EXPECT_EQ(of_moment, described);
    } else {
      std::sort(is.begin(), is.end(), by_time);
      std::sort(expected.begin(), expected.end(), by_time);
      ASSERT_EQ(is.size(), expected.size());
      for (std::size_t i = 0; i + 1 < expected.size(); ++i) {  // remi ends a note where its key is struck again
        const SoundedNote& next = expected[i + 1];
        if (testing::durations_may_be_cut(*representation) && next.program == expected[i].program &&
            next.pitch == expected[i].pitch)
          expected[i].length = std::min(expected[i].length, next.onset - expected[i].onset);
      }
      for (std::size_t i = 0; i < is.size(); ++i) {
        EXPECT_EQ(std::tie(is[i].program, is[i].pitch, is[i].velocity),
                  std::tie(expected[i].program, expected[i].pitch, expected[i].velocity));
        EXPECT_NEAR(static_cast<double>(is[i].onset), static_cast<double>(expected[i].onset), 1);
        EXPECT_NEAR(static_cast<double>(is[i].length), static_cast<double>(expected[i].length), 2);
      }
    }
    total += is.size();
  }
  EXPECT_GT(total, 100U);
}

TEST(Cases, EverySettingIsTriedWithAnotherValue) {
  for (const std::string& name : representation_names()) {
    if (reads_sound(name)) continue;
    for (const Setting& setting : default_settings(name)) {
      const auto all = testing::cases();
      const bool own = std::any_of(all.begin(), all.end(), [&](const Case& which) {
        return which.representation == name && !which.settings.empty();
      });
      const bool tried = std::any_of(all.begin(), all.end(), [&](const Case& which) {
        const auto found = which.settings.find(setting.name);
        return which.representation == name && found != which.settings.end() && found->second != setting.value;
      });
      EXPECT_TRUE(tried || !own) << name << "." << setting.name << ": add a case to cases.h";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, DescribeTest, ::testing::ValuesIn(testing::cases()),
                         [](const auto& parameter) { return parameter.param.title; });

TEST(Describe, SamplesAreAmplitudes) {
  for (const std::string& name : representation_names()) {
    if (!reads_sound(name)) continue;
    const auto sound = make_sound({.name = name});
    if (sound->steps() == Steps::kFrames) {
      EXPECT_EQ(sound->describe(0), SymbolMeaning()) << name;
      continue;
    }
    std::vector<float> samples;
    std::vector<Symbol> all;
    for (int i = 0; i < sound->width(); ++i) all.push_back(static_cast<Symbol>(i));
    sound->decoder()->push(all, samples);
    for (const Symbol symbol : all) {
      EXPECT_EQ(sound->describe(symbol).kind, SymbolKind::kSample);
      EXPECT_NEAR(sound->describe(symbol).quotient(), samples[symbol], 1e-6);
    }
    EXPECT_EQ(sound->describe(static_cast<Symbol>(sound->width())), SymbolMeaning());
  }
}

TEST(Describe, KindsHaveNamesOfTheirOwn) {
  std::set<std::string_view> names;
  for (const SymbolKind kind : symbol_kinds()) {
    EXPECT_TRUE(names.insert(name(kind)).second) << name(kind);
    EXPECT_EQ(find_symbol_kind(name(kind)), kind);
  }
  EXPECT_EQ(symbol_kinds().size(), static_cast<std::size_t>(SymbolKind::kSample) + 1);
  EXPECT_EQ(find_symbol_kind("chords"), std::nullopt);
}

TEST(Describe, TimeBases) {
  EXPECT_EQ(time_base("remi"), TimeBase::kBars);
  EXPECT_EQ(time_base("events"), TimeBase::kSeconds);
  EXPECT_THROW(time_base("abc"), Error);
  // What keeps time in bars has bars among its symbols, and so on.
  for (const Case& which : testing::cases()) {
    const auto representation = make_case(which);
    const TimeBase base = time_base(which.representation);
    const Vocabulary& vocabulary = representation->vocabulary();
    EXPECT_EQ(vocabulary.has(SymbolKind::kBar) && vocabulary.has(SymbolKind::kPosition), base == TimeBase::kBars);
    EXPECT_EQ(vocabulary.has(SymbolKind::kTimeShift), base == TimeBase::kSeconds);
    EXPECT_EQ(vocabulary.has(SymbolKind::kEndOfFrame), base == TimeBase::kFrames);
  }
}

}  // namespace
}  // namespace continuo::representation
