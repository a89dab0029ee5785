// frames: which of the piano's keys are down at each step of a grid.
#include "continuo/representation/frames.h"

#include <algorithm>
#include <memory>

#include "continuo/base/error.h"
#include "representation/grammar.h"
#include "representation/representations.h"
#include "representation/settings.h"

namespace continuo::representation {
namespace {

constexpr int kFramesPpq = 480;
constexpr std::int64_t kMaxFrames = 1 << 16;
constexpr double kSecondsPerQuarter = 0.5;

struct Settings {
  explicit Settings(const RepresentationSpec& spec) : reader(spec, frames_settings()) {
    steps = reader.integer("steps", 1, 24);
    if (kFramesPpq % steps != 0) reader.refuse("steps", "a divisor of 480");
    lowest = reader.integer("lowest", 0, 127);
    highest = reader.integer("highest", lowest, 127);
    context = reader.choice("context", {"off", "on"}) == 1;
    program = reader.integer("program", 0, 127);
  }
  SettingReader reader;
  int steps = 0, lowest = 0, highest = 0, program = 0;
  bool context = false;
  Tick ticks() const noexcept { return kFramesPpq / steps; }
};

struct Layout {
  explicit Layout(const RepresentationSpec& given) : settings(given), spec(given), code(given) {
    spec.settings = settings.reader.all();
    spec.vocabulary.clear();
    std::vector<NamedSymbol> symbols = first_symbols(given);
    symbols.push_back({"EndOfFrame", {SymbolKind::kEndOfFrame, 1, settings.steps}});
    for (int pitch = settings.lowest; pitch <= settings.highest; ++pitch)
      symbols.push_back({"Key_" + std::to_string(pitch), {SymbolKind::kKey, pitch}});
    vocabulary = Vocabulary(std::move(symbols));
  }
  Settings settings;
  RepresentationSpec spec;
  FrameCode code;
  Vocabulary vocabulary;
};

/// What a symbol did to the music.
struct Effect {
  bool dropped = false, repaired = false;
  int pressed = -1;       ///< key that is down in this frame
  bool began = false;     ///< and was not in the last
  bool finished = false;  ///< the frame is complete
};

/// A place in a sequence, the same for decoding and for masks. Frames that are silent at the end of a piece say
/// nothing, so that End follows a frame with keys.
class FrameState {
 public:
  explicit FrameState(const Layout& layout) : code_(&layout.code), labels_(layout.spec.labels.size()) {}

  bool ended() const noexcept { return ended_; }
  std::int64_t frames() const noexcept { return frames_; }
  std::size_t notes() const noexcept { return notes_; }
  const KeySet& now() const noexcept { return now_; }

  bool permits(Symbol symbol) const noexcept {
    if (ended_) return symbol == kEnd;
    if (symbol == kStart) return phase_ == Phase::kBegin;
    if (symbol == kEnd) return now_.none() && before_.any();
    if (symbol < 2 + labels_) return phase_ <= Phase::kStarted;
    if (symbol == code_->end_of_frame()) return true;
    return code_->is_key(symbol) && code_->key_of(symbol) > highest_;
  }

  void allowed(std::span<std::uint8_t> mask) const noexcept {
    for (std::size_t s = 0; s < mask.size(); ++s) mask[s] = permits(static_cast<Symbol>(s)) ? 1 : 0;
  }

  Effect read(Symbol symbol) {
    Effect effect;
    const bool permitted = permits(symbol);
    const bool mark = symbol == kStart || (symbol != kEnd && symbol < 2 + labels_);
    const bool free_key = code_->is_key(symbol) && !now_[static_cast<std::size_t>(code_->key_of(symbol))];
    if (ended_ || !(mark || free_key || symbol == kEnd || symbol == code_->end_of_frame())) {
      effect.dropped = true;
    } else if (mark) {
      effect.dropped = !permitted;
      if (permitted) phase_ = symbol == kStart ? Phase::kStarted : Phase::kLabelled;
    } else if (symbol == kEnd) {
      effect.repaired = !permitted && (now_.any() || frames_ > 0);
      effect.finished = now_.any();
      ended_ = true;
      finish(effect.finished);
    } else if (symbol == code_->end_of_frame()) {
      effect.finished = true;
      finish(true);
    } else {
      effect.repaired = !permitted;
      effect.pressed = code_->key_of(symbol);
      const auto key = static_cast<std::size_t>(effect.pressed);
      now_.set(key);
      highest_ = std::max(highest_, effect.pressed);
      effect.began = !before_[key];
      if (effect.began) ++notes_;
      phase_ = Phase::kFrames;
    }
    return effect;
  }

 private:
  enum class Phase : std::uint8_t { kBegin, kStarted, kLabelled, kFrames };

  void finish(bool complete) {
    phase_ = Phase::kFrames;
    if (!complete) return;
    before_ = now_;
    now_.reset();
    highest_ = -1;
    ++frames_;
  }

  const FrameCode* code_;
  std::size_t labels_;
  Phase phase_ = Phase::kBegin;
  bool ended_ = false;
  KeySet before_, now_;
  int highest_ = -1;
  std::int64_t frames_ = 0;
  std::size_t notes_ = 0;
};

class FrameCursor final : public GrammarCursor<FrameCursor, Layout, FrameState> {
 public:
  using GrammarCursor::GrammarCursor;
  void preview(Symbol symbol, Preview& preview) const override {
    FrameState next = state_;
    const Tick now = state_.frames() * layout_->settings.ticks();
    const Effect effect = next.read(symbol);
    preview.notes.clear();
    preview.ended = -1;
    preview.ppq = kFramesPpq;
    preview.owner = Preview::Owner::kPiece;
    if (effect.dropped) return;
    if (effect.began) {
      preview.owner = Preview::Owner::kOwnNotes;
      preview.notes.push_back({.tick = now,
                               .pitch = layout_->settings.lowest + effect.pressed,
                               .program = layout_->settings.program,
                               .drums = false});
    } else if (effect.pressed >= 0 || symbol == layout_->code.end_of_frame()) {
      preview.owner = Preview::Owner::kMoment;
    }
  }
  int bars() const override { return static_cast<int>(state_.frames() / (4 * layout_->settings.steps)); }
  Seconds seconds() const override {
    return static_cast<double>(state_.frames()) * kSecondsPerQuarter / layout_->settings.steps;
  }
};

class Frames final : public GrammarRepresentation<Layout, FrameCursor> {
 public:
  explicit Frames(const RepresentationSpec& spec) : GrammarRepresentation(std::make_shared<Layout>(spec)) {}
  Encoding encode(const Score& score, const EncodeOptions& options) const override;
  Decoding decode(std::span<const Symbol> symbols) const override;
  std::vector<std::string> losses() const override;
  bool augment(std::span<const Symbol> symbols, const Augmentation& how, std::vector<Symbol>& out) const override;
};

Encoding Frames::encode(const Score& score, const EncodeOptions& options) const {
  check_label(layout_->spec, options);
  if (score.ppq < 1)
    throw Error(ErrorCode::kInvalidArgument,
                "a score needs at least 1 tick per quarter note, not " + std::to_string(score.ppq));
  const Settings& settings = layout_->settings;
  const auto step = [&](Tick tick) {
    return (2 * std::clamp<Tick>(tick, 0, kLatestTick) * settings.steps + score.ppq) / (Tick{2} * score.ppq);
  };
  Encoding result;
  std::vector<KeySet> frames;
  std::size_t drums = 0, outside = 0, late = 0;
  for (const Track& track : score.tracks) {
    if (track.is_drums()) {
      drums += track.notes.size();
      continue;
    }
    for (const Note& note : track.notes) {
      if (note.pitch < settings.lowest || note.pitch > settings.highest) {
        ++outside;
        continue;
      }
      const Tick onset = std::clamp<Tick>(note.onset, 0, kLatestTick);
      const std::int64_t begin = step(onset);
      if (begin >= kMaxFrames) {
        ++late;
        continue;
      }
      const std::int64_t end = std::clamp<std::int64_t>(step(onset + std::clamp<Tick>(note.duration, 0, kLatestTick)),
                                                        begin + 1, kMaxFrames);
      if (static_cast<std::int64_t>(frames.size()) < end) frames.resize(static_cast<std::size_t>(end));
      for (std::int64_t t = begin; t < end; ++t)
        frames[static_cast<std::size_t>(t)].set(static_cast<std::size_t>(note.pitch - settings.lowest));
    }
  }
  append_beginning(options, result.symbols);
  for (const KeySet& frame : frames) layout_->code.append(frame, result.symbols);
  if (options.end) result.symbols.push_back(kEnd);
  if (drums > 0) result.losses.push_back({drums, "note", "of drums left out"});
  add_unkept(score, false, result.losses);
  if (outside > 0) result.losses.push_back({outside, "note", "beyond the pitch range left out"});
  if (late > 0) result.losses.push_back({late, "note", "after step " + std::to_string(kMaxFrames) + " left out"});
  return result;
}

Decoding Frames::decode(std::span<const Symbol> symbols) const {
  const Settings& settings = layout_->settings;
  Decoding result;
  result.score.ppq = kFramesPpq;
  Track track;
  track.name = program_name(settings.program);
  track.program = static_cast<std::uint8_t>(settings.program);
  std::vector<std::size_t> sounding(static_cast<std::size_t>(layout_->code.keys()));  // index + 1 of the key's note
  FrameState state(*layout_);
  for (const Symbol symbol : symbols) {
    const std::int64_t frame = state.frames();
    const Effect effect = state.read(symbol);
    result.dropped += effect.dropped ? 1 : 0;
    result.repaired += effect.repaired ? 1 : 0;
    if (effect.pressed < 0) continue;
    const auto key = static_cast<std::size_t>(effect.pressed);
    if (effect.began) {
      track.notes.push_back(
          {frame * settings.ticks(), 0, static_cast<std::uint8_t>(settings.lowest + effect.pressed), kPlainVelocity});
      sounding[key] = track.notes.size();
    }
    track.notes[sounding[key] - 1].duration += settings.ticks();
  }
  result.ended = state.ended();
  if (!track.notes.empty()) result.score.tracks.push_back(std::move(track));
  normalise(result.score);
  return result;
}

std::vector<std::string> Frames::losses() const {
  const Settings& settings = layout_->settings;
  return {"Onsets and ends are rounded to 1/" + std::to_string(settings.steps) +
              " of a quarter note; metre and tempo are not kept.",
          "A key that is struck again without a step between sounds on: held and repeated notes look the same.",
          "All tracks become one; drums, velocities, programs and the sustain pedal are left out.",
          "Notes below " + std::to_string(settings.lowest) + " and above " + std::to_string(settings.highest) +
              " are left out, and what comes after step " + std::to_string(kMaxFrames) + "."};
}

bool Frames::augment(std::span<const Symbol> symbols, const Augmentation& how, std::vector<Symbol>& out) const {
  if (!(how.tempo_factor > 0)) throw Error(ErrorCode::kInvalidArgument, "a tempo factor must be above 0");
  const FrameCode& code = layout_->code;
  out.clear();
  out.reserve(symbols.size());
  for (const Symbol symbol : symbols) {
    if (!code.is_key(symbol)) {
      out.push_back(symbol);
      continue;
    }
    const int key = code.key_of(symbol) + how.semitones;
    if (key < 0 || key >= code.keys()) return false;
    out.push_back(code.symbol_of(key));
  }
  return true;
}

}  // namespace

FrameCode::FrameCode(const RepresentationSpec& spec) {
  if (spec.name != "frames")
    throw Error(ErrorCode::kUnsupported, "representation " + spec.name + " has no frames of keys");
  const Settings settings(spec);
  lowest_ = settings.lowest;
  keys_ = settings.highest - settings.lowest + 1;
  first_key_ = static_cast<int>(2 + spec.labels.size() + 1);
  context_ = settings.context;
}

std::vector<KeySet> FrameCode::frames(std::span<const Symbol> symbols) const {
  std::vector<KeySet> frames;
  KeySet now;
  for (const Symbol symbol : symbols) {
    if (is_key(symbol)) now.set(static_cast<std::size_t>(key_of(symbol)));
    if (symbol != end_of_frame()) continue;
    frames.push_back(now);
    now.reset();
  }
  return frames;
}

void FrameCode::append(const KeySet& frame, std::vector<Symbol>& symbols) const {
  for (int key = 0; key < keys_; ++key)
    if (frame[static_cast<std::size_t>(key)]) symbols.push_back(symbol_of(key));
  symbols.push_back(end_of_frame());
}

std::vector<Setting> frames_settings() {
  return {{"steps", "4", "steps per quarter note (a divisor of 480)"},
          {"lowest", "21", "lowest pitch; notes below it are left out"},
          {"highest", "108", "highest pitch; notes above it are left out"},
          {"context", "off",
           "on: networks also read features of the past: for how long keys are down, what followed before ..."},
          {"program", "0", "General MIDI program, from 0, that plays what is decoded"}};
}

std::unique_ptr<Representation> make_frames(const RepresentationSpec& spec) { return std::make_unique<Frames>(spec); }

}  // namespace continuo::representation
