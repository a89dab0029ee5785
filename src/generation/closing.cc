// Keys of the first and the last bars, and the chord that is heard last.
#include "generation/closing.h"

#include <algorithm>
#include <utility>

#include "continuo/music/chord.h"
#include "continuo/music/time.h"
#include "generation/bar_goal.h"

namespace continuo::generation {
namespace {

using representation::Symbol;
using representation::SymbolKind;

constexpr int kKeyBars = 8;        // of a key
constexpr double kClearKey = 0.6;  // fit of a home key

/// Pitch classes of the major and of the harmonic and melodic minor scale, from the tonic on.
constexpr std::uint16_t kMajorScale = 0b1010'1011'0101, kMinorScale = 0b1111'1010'1101;

int bars_of(const Score& score, const MeterMap& meter) {
  const Tick end = end_tick(score);
  return end > 0 ? meter.bar_at(end - 1).bar + 1 : 0;
}

/// Whether the notes that end last began on a beat and last for a quarter note or longer.
bool held(const Score& score) {
  const Tick end = end_tick(score);
  Tick onset = -1;  // of the latest of them
  for (const Track& track : score.tracks)
    for (const Note& note : track.notes)
      if (!track.is_drums() && note.onset + note.duration == end) onset = std::max(onset, note.onset);
  return onset >= 0 && end - onset >= score.ppq && (onset - MeterMap(score).bar_at(onset).bar_start) % score.ppq == 0;
}

}  // namespace

Closing::Closing(std::shared_ptr<const representation::Representation> representation)
    : representation_(std::move(representation)) {
  const auto& vocabulary = representation_->vocabulary();
  for (std::size_t s = 0; s < vocabulary.size(); ++s) {
    const auto& meaning = vocabulary.meanings()[s];
    if (meaning.kind == SymbolKind::kPitch || meaning.kind == SymbolKind::kKey)
      pitches_.emplace_back(static_cast<Symbol>(s), meaning.value);
  }
}

void Closing::find_home(std::span<const Symbol> symbols) {
  const Score score = representation_->decode(symbols).score;
  const MeterMap meter(score);
  const Key key = find_key(score, 0, meter.bar_start(std::min(kKeyBars, std::max(1, bars_of(score, meter) / 2))));
  home_ = key.known && key.fit >= kClearKey ? std::optional(key) : std::nullopt;
}

Close Closing::judge(std::span<const Symbol> symbols, int bars) const {
  if (!home_) return Close::kHome;
  Score score = representation_->decode(symbols).score;
  if (bars > 0) end_with_bar(score, bars);
  const Sonority last = last_sonority(score);
  const auto chord = chord_of(last);
  if (!chord || last.lowest % 12 != chord->root || chord->fit < 0.8) return Close::kNone;
  if (!held(score)) return Close::kNone;
  const MeterMap meter(score);
  const int all = bars_of(score, meter);
  const Key key = find_key(score, meter.bar_start(std::max(0, all - std::min(kKeyBars, std::max(1, all / 2)))));
  if (!key.known || chord->root != key.tonic) return Close::kNone;
  return key.tonic == home_->tonic && key.minor == home_->minor ? Close::kHome : Close::kElsewhere;
}

void Closing::lean(std::span<float> logits, float nats) const {
  if (!home_) return;
  const std::uint16_t scale = home_->minor ? kMinorScale : kMajorScale;
  for (const auto& [symbol, pitch] : pitches_)
    if ((scale >> ((pitch - home_->tonic + 12) % 12) & 1) == 0) logits[symbol] -= nats;
}

}  // namespace continuo::generation
