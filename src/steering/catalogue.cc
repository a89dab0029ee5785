// Wishes are held against each other, the outline and the model; then each becomes a rule.
#include "continuo/steering/catalogue.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "continuo/base/error.h"
#include "continuo/generation/constraint.h"
#include "continuo/generation/wishes.h"
#include "steering/rules.h"
#include "steering/score_guide.h"

namespace continuo::steering {
namespace {

using representation::SymbolKind;

[[noreturn]] void refuse_wish(const std::string& message, const std::string& hint) {
  throw Error({.message = message, .hint = hint, .code = ErrorCode::kInvalidArgument});
}

/// What all checks and rules look at.
struct Asked {
  const Wishes& wishes;
  const loaded::LoadedModel& composer;
  const Outline& outline;
  const Score& given;
  std::uint16_t classes = 0;  ///< 0: all
  InstrumentRanges ranges;
  std::vector<int> players;  ///< programs that may write; empty: not known
  int first_bar = 0;         ///< of the free ones, from 0
  bool new_bars = false;     ///< behind the given music
};

std::string scale_name(const Wishes& wishes) {
  return wishes.pitch_classes != 0 ? "the pitch classes asked for" : "the key " + wishes.key;
}

std::vector<int> players_of(const Wishes& wishes, const Outline& outline, const Score& given) {
  std::vector<int> players;
  for (const FreeSpan& span : outline.free) {
    if (!span.programs.empty() || span.drums) {
      players.insert(players.end(), span.programs.begin(), span.programs.end());
      continue;
    }
    for (const int track : span.tracks)
      if (!given.tracks[static_cast<std::size_t>(track) - 1].is_drums())
        players.push_back(given.tracks[static_cast<std::size_t>(track) - 1].program);
  }
  if (players.empty()) players = wishes.programs;
  std::sort(players.begin(), players.end());
  players.erase(std::unique(players.begin(), players.end()), players.end());
  return players;
}

Asked asked_of(const Wishes& wishes, const loaded::LoadedModel& composer, const Outline& outline, const Score& given) {
  Asked asked{wishes, composer, outline, given, 0, composer.ranges, players_of(wishes, outline, given)};
  if ((wishes.pitch_classes & 0xF000) != 0) refuse_wish("there are twelve pitch classes", "Use the bits 0 to 11.");
  if (!wishes.key.empty()) asked.classes = generation::pitch_classes_of_key(wishes.key);
  if (wishes.pitch_classes != 0) {
    if (asked.classes != 0 && (asked.classes & wishes.pitch_classes) == 0)
      refuse_wish("no pitch class asked for is in the key " + wishes.key, "Leave one of the two out.");
    asked.classes = asked.classes != 0 ? asked.classes & wishes.pitch_classes : wishes.pitch_classes;
  }
  if (wishes.any_range) asked.ranges.fill(PitchRange{});
  widen(asked.ranges, given);
  for (const auto& [program, range] : wishes.ranges) {
    if (program < 0 || program > 127 || range.low > range.high)
      refuse_wish("a range asked for is none", "Give a program from 0 to 127, and the lower pitch first.");
    asked.ranges[static_cast<std::size_t>(program)] = range;
  }
  asked.first_bar = outline.free.front().first_bar - 1;
  for (const FreeSpan& span : outline.free) asked.first_bar = std::min(asked.first_bar, span.first_bar - 1);
  asked.new_bars = outline.last_bar() > bars_of(given);
  return asked;
}

bool plays_any(const Asked& asked, int program, std::uint16_t classes) {
  return (pitches_in(asked.ranges[static_cast<std::size_t>(program)]) & pitches_in(classes)).any();
}

void check_instruments(const Asked& asked) {
  const Wishes& wishes = asked.wishes;
  for (const int program : asked.players) {
    if (program < 0 || program > 127)
      refuse_wish("there is no program " + std::to_string(program), "They count from 0 to 127.");
    const bool named = wishes.programs.empty() || std::ranges::find(wishes.programs, program) != wishes.programs.end();
    if (!named)
      refuse_wish(
          std::string("the bars of ") + program_name(program) + " are free, but it is not among the instruments",
          "Name it among the instruments, or free other tracks.");
    if (asked.classes != 0 && !plays_any(asked, program, asked.classes))
      refuse_wish(std::string("no note of the range of ") + program_name(program) + " is in " + scale_name(wishes),
                  "Allow more of them, or another instrument.");
  }
  if ((wishes.all_play || wishes.every_bar) && wishes.programs.empty())
    refuse_wish("all instruments shall play, but none is named", "Name the instruments.");
  for (const auto& [program, bar] : wishes.enters) {
    if (!wishes.programs.empty() && std::ranges::find(wishes.programs, program) == wishes.programs.end())
      refuse_wish(std::string(program_name(program)) + " enters at bar " + std::to_string(bar) +
                      ", but is not among the instruments",
                  "Name it among the instruments.");
    if (wishes.all_play && bar > asked.outline.last_bar())
      refuse_wish(std::string(program_name(program)) + " shall play, but enters at bar " + std::to_string(bar) +
                      ", behind the last one, " + std::to_string(asked.outline.last_bar()),
                  "Let it enter sooner.");
  }
}

void check_chords(const Asked& asked) {
  const Wishes& wishes = asked.wishes;
  if (!(wishes.strictness >= 0 && wishes.strictness <= 1))
    refuse_wish("the strictness of chords must be from 0 to 1", "1: chord notes alone; 0.5: on beats; 0: not at all.");
  if (!wishes.chords || wishes.strictness < 0.5) return;
  for (const auto& bar : wishes.chords->bars)
    for (const Chord& chord : bar) {
      if (chord.classes == 0) continue;
      const std::uint16_t left = asked.classes != 0 ? chord.classes & asked.classes : chord.classes;
      if (left == 0)
        refuse_wish("no note of the chord " + chord.name + " is in " + scale_name(wishes), "Change one of the two.");
      if (asked.classes != 0 && chord.bass >= 0 && (asked.classes >> chord.bass & 1) == 0)
        refuse_wish("the bass of the chord " + chord.name + " is not in " + scale_name(wishes),
                    "Change one of the two.");
      for (const int program : asked.players)
        if (!plays_any(asked, program, left))
          refuse_wish(
              std::string("no note of the range of ") + program_name(program) + " is in the chord " + chord.name,
              "Change the chord, or ask for another instrument.");
      const auto plays_bass = [&](int program) {
        return plays_any(asked, program, static_cast<std::uint16_t>(1U << chord.bass));
      };
      if (chord.bass >= 0 && !asked.players.empty() && std::ranges::none_of(asked.players, plays_bass))
        refuse_wish("no instrument has the bass of the chord " + chord.name + " in its range",
                    "Change the chord, or ask for another instrument.");
    }
}

struct CadenceChord {
  std::uint16_t classes;
  int root;
};

CadenceChord cadence_of(const Wishes& wishes) {
  const std::uint16_t scale = generation::pitch_classes_of_key(wishes.key);
  std::string key = wishes.key;
  key.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(key.front())));
  std::string_view rest = key;
  const int tonic = take_note(rest);
  const bool minor = (scale >> (tonic + 3) % 12 & 1) != 0;
  const int root = wishes.cadence == Cadence::kOpen ? (tonic + 7) % 12 : tonic;
  const int third = wishes.cadence == Cadence::kTonic && minor ? 3 : 4;
  return {static_cast<std::uint16_t>(1U << root | 1U << (root + third) % 12 | 1U << (root + 7) % 12), root};
}

void check_cadence(const Asked& asked) {
  const Wishes& wishes = asked.wishes;
  if (wishes.cadence == Cadence::kNone) return;
  if (wishes.key.empty()) refuse_wish("a cadence needs a key", "Name the key.");
  const int last = asked.outline.last_bar();
  if (last < bars_of(asked.given))
    refuse_wish("a cadence ends the last bar, but bars " + std::to_string(last + 1) + " and on are given",
                "Leave the cadence out.");
  const CadenceChord cadence = cadence_of(wishes);
  if (asked.classes != 0 && (asked.classes >> cadence.root & 1) == 0)
    refuse_wish("the root of the cadence is not among the pitch classes asked for", "Leave one of the two out.");
  const auto has_root = [&](int program) {
    return plays_any(asked, program, static_cast<std::uint16_t>(1U << cadence.root));
  };
  if (!asked.players.empty() && std::ranges::none_of(asked.players, has_root))
    refuse_wish("no instrument has the root of the cadence in its range", "Ask for another instrument or key.");
  if (!wishes.chords || wishes.strictness < 0.5) return;
  const auto& bars = wishes.chords->bars;
  const auto& bar = bars[static_cast<std::size_t>(last - 1 - asked.first_bar) % bars.size()];
  for (const Chord& chord : bar)
    if (chord.classes != 0 &&
        ((chord.classes >> cadence.root & 1) == 0 || (chord.bass >= 0 && chord.bass != cadence.root)))
      refuse_wish(
          "the last bar has the chord " + chord.name + ", in which the cadence in " + wishes.key + " cannot end",
          "Change the last chord, or leave the cadence out.");
}

void check_voices(const Asked& asked) {
  const Wishes& wishes = asked.wishes;
  if (wishes.most_voices < 0 || wishes.least_voices < 0 || wishes.most_voices_each < 0 || wishes.hand_span < 0 ||
      wishes.hand_span > 127 || !(wishes.onsets_per_bar >= 0))
    refuse_wish("numbers of voices, onsets and semitones cannot be negative", "Leave out what you do not ask for.");
  if (wishes.most_voices > 0 && wishes.least_voices > wishes.most_voices)
    refuse_wish("at least " + std::to_string(wishes.least_voices) + " voices cannot be at most " +
                    std::to_string(wishes.most_voices),
                "Change one of the two.");
  const auto players = static_cast<int>(asked.players.size());
  if (wishes.most_voices_each > 0 && players > 0 && wishes.least_voices > players * wishes.most_voices_each)
    refuse_wish(std::to_string(players) + " instruments of at most " + std::to_string(wishes.most_voices_each) +
                    " voices have not at least " + std::to_string(wishes.least_voices),
                "Change one of the two.");
  constexpr int kFingers = 10;
  if (wishes.hand_span > 0 && players > 0 && wishes.least_voices > players * kFingers)
    refuse_wish("two hands have not " + std::to_string(wishes.least_voices) + " fingers", "Ask for fewer voices.");
  constexpr int kMaxOnsets = 144;
  if (wishes.onsets_per_bar > kMaxOnsets)
    refuse_wish("a bar has at most " + std::to_string(kMaxOnsets) + " onsets", "Ask for fewer.");
}

void check_variation(const Asked& asked) {
  const Wishes& wishes = asked.wishes;
  if (!(wishes.amount > 0 && wishes.amount <= 1))
    refuse_wish("the share that is written anew must be above 0 and at most 1", "1: all of it.");
  if (!(wishes.differ >= 0 && wishes.differ <= 1))
    refuse_wish("the share that differs must be from 0 to 1", "0: it may be as it was.");
  if (wishes.keep == Keep::kNothing) return;
  const bool rhythm = wishes.keep != Keep::kPitches;
  if (rhythm && (wishes.most_voices > 0 || wishes.least_voices > 0 || wishes.most_voices_each > 0))
    refuse_wish("a rhythm that is kept has the number of voices that it had", "Leave one of the two out.");
  if (rhythm && wishes.onsets_per_bar > 0)
    refuse_wish("a rhythm that is kept has the onsets that it had", "Leave one of the two out.");
  if (!rhythm && wishes.differ > 0.5)
    refuse_wish("pitches that are kept cannot differ from what stood there", "Leave one of the two out.");
  if (!rhythm && wishes.cadence != Cadence::kNone)
    refuse_wish("pitches that are kept end where they end, not on a cadence", "Leave one of the two out.");
  if (!rhythm && (asked.classes != 0 || wishes.chords))
    refuse_wish("pitches that are kept cannot be in another key or on other chords", "Leave one of the two out.");
}

/// Those of bars: what is given has the metre and the tempo that it has.
void check_time(const Asked& asked) {
  const Wishes& wishes = asked.wishes;
  if (!wishes.metre && !wishes.tempo) return;
  if (!asked.new_bars)
    refuse_wish(std::string(wishes.metre ? "a metre" : "a tempo") +
                    " was asked for, but no bar is a new one: all have what the given music has",
                "Leave it out.");
  generation::Wishes plain;
  plain.metre = wishes.metre;
  plain.tempo = wishes.tempo;
  generation::ComposeOptions unused;
  generation::add_wishes(plain, asked.composer, unused);
}

RuleMaker every_bar_of(const Asked& asked) {
  std::map<int, int> programs;
  for (const int program : asked.wishes.programs) {
    const auto enters = asked.wishes.enters.find(program);
    programs[program] = enters == asked.wishes.enters.end() ? 0 : enters->second - 1;
  }
  std::vector<bool> free_bars(static_cast<std::size_t>(asked.outline.last_bar()));
  for (const FreeSpan& span : asked.outline.free)
    for (int bar = span.first_bar; bar <= span.last_bar; ++bar) free_bars[static_cast<std::size_t>(bar) - 1] = true;
  return in_every_bar(std::move(programs), std::move(free_bars), asked.composer.representation->vocabulary());
}

}  // namespace

std::vector<RuleMaker> rules_of(const Wishes& wishes, const loaded::LoadedModel& composer, const Outline& outline,
                                const Score& given) {
  const Asked asked = asked_of(wishes, composer, outline, given);
  check_instruments(asked);
  check_chords(asked);
  check_cadence(asked);
  check_voices(asked);
  check_variation(asked);
  check_time(asked);
  const auto& vocabulary = composer.representation->vocabulary();
  std::vector<RuleMaker> rules;
  rules.push_back(in_ranges(asked.ranges));
  if (asked.classes != 0 && asked.classes != 0x0FFF) rules.push_back(in_key(asked.classes, scale_name(wishes)));
  if (!wishes.programs.empty() || wishes.drums) rules.push_back(only_instruments(wishes.programs, wishes.drums));
  if (!wishes.enters.empty()) rules.push_back(instruments_enter(wishes.enters));
  if (wishes.chords) {
    std::uint16_t between = asked.classes;
    if (between == 0)
      for (const auto& bar : wishes.chords->bars)
        for (const Chord& chord : bar) between = static_cast<std::uint16_t>(between | chord.classes);
    rules.push_back(on_chords(*wishes.chords, wishes.strictness, between, asked.first_bar, vocabulary));
  }
  if (wishes.cadence != Cadence::kNone) {
    const CadenceChord cadence = cadence_of(wishes);
    rules.push_back(ends_on(cadence.classes, cadence.root, wishes.cadence == Cadence::kTonic, vocabulary));
  }
  if (wishes.most_voices > 0 || wishes.least_voices > 0 || wishes.most_voices_each > 0)
    rules.push_back(voices(wishes.most_voices, wishes.least_voices, wishes.most_voices_each));
  if (wishes.onsets_per_bar > 0) rules.push_back(onsets_about(wishes.onsets_per_bar));
  if (wishes.hand_span > 0) rules.push_back(two_hands(wishes.hand_span));
  if (wishes.metre) rules.push_back(metre_is(*wishes.metre, vocabulary));
  if (wishes.tempo) rules.push_back(tempo_within(*wishes.tempo, vocabulary));
  if (wishes.every_bar) rules.push_back(every_bar_of(asked));
  if (wishes.all_play) rules.push_back(all_play(wishes.programs, vocabulary));
  if (!wishes.allow_loops) rules.push_back(rule_of(generation::never_loop(), "no loops"));
  if (composer.known != nullptr && !wishes.allow_copies)
    rules.push_back(rule_of(generation::never_repeat(composer.known), "no copies"));
  return rules;
}

}  // namespace continuo::steering
