// Representation: a Score to and from a sequence of symbols. One file per representation, one line each in the
// registry.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "continuo/music/score.h"
#include "continuo/representation/symbol_meaning.h"

namespace continuo::representation {

using Symbol = std::uint16_t;

/// A symbol as people read it and as programs do.
struct NamedSymbol {
  std::string name;
  SymbolMeaning meaning;
};

/// The symbols in order. Every vocabulary begins with "Start" (0), "End" (1), then one "Label_NAME" per label.
class Vocabulary {
 public:
  Vocabulary() = default;
  explicit Vocabulary(std::vector<NamedSymbol> symbols);  ///< throws Error for a repeated name or more than 65,536
  std::size_t size() const noexcept { return names_.size(); }
  const std::string& name(Symbol symbol) const { return names_.at(symbol); }
  std::optional<Symbol> find(std::string_view name) const;
  const std::vector<std::string>& names() const noexcept { return names_; }
  /// SymbolKind::kNone for a symbol beyond the vocabulary.
  SymbolMeaning meaning(Symbol symbol) const noexcept {
    return symbol < meanings_.size() ? meanings_[symbol] : SymbolMeaning{};
  }
  const std::vector<SymbolMeaning>& meanings() const noexcept { return meanings_; }  ///< by symbol
  bool has(SymbolKind kind) const noexcept;                                          ///< whether any symbol is of it

 private:
  std::vector<std::string> names_;
  std::vector<SymbolMeaning> meanings_;
  std::map<std::string, Symbol, std::less<>> symbols_;
};

inline constexpr Symbol kStart = 0;
inline constexpr Symbol kEnd = 1;

/// Everything from which a representation is built again: what a model file holds ("continuo.representation").
struct RepresentationSpec {
  std::string name = "remi";                    ///< one of representation_names()
  std::map<std::string, std::string> settings;  ///< by name; those left out have their defaults
  std::vector<std::string> labels;              ///< composer or style names; labels[0] is "unknown" when there are any
  std::vector<std::string> vocabulary;  ///< for representations fitted to a collection; empty: closed or not yet fitted
  std::vector<float> statistics;        ///< what `spectrum` has learned from a collection; empty: not yet fitted
  friend bool operator==(const RepresentationSpec&, const RepresentationSpec&) = default;
};
std::string to_json(const RepresentationSpec& spec);
RepresentationSpec spec_from_json(const std::string& text);  ///< throws Error

struct EncodeOptions {
  std::optional<int> label;  ///< index into RepresentationSpec::labels; none: no label symbol
  bool start = true;         ///< begin with Start
  bool end = true;           ///< finish with End
};

/// What reading could not keep, by its kind: 12 "note" "beyond the pitch range left out".
struct Loss {
  std::uint64_t count = 0;
  std::string noun;  ///< in the singular; an s makes the plural
  std::string what;
  std::string text() const;  ///< "12 notes beyond the pitch range left out"
  friend bool operator==(const Loss&, const Loss&) = default;
};

struct Encoding {
  std::vector<Symbol> symbols;
  std::vector<Loss> losses;  ///< each kind once
};

struct Decoding {
  Score score;
  std::size_t dropped = 0;   ///< symbols that the grammar forbids where they stood and that had to go
  std::size_t repaired = 0;  ///< symbols that were repaired (a missing duration supplied, a hanging note closed)
  bool ended = false;        ///< whether an End symbol was met
};

/// What a symbol would do if it came next.
struct Preview {
  /// To which notes the information of the symbol belongs.
  enum class Owner : std::uint8_t {
    kPiece,       ///< to none: Start, End, labels, and what decode() drops
    kMoment,      ///< to all notes that begin (or, where none does, end) before the next symbol of this kind
    kNextNote,    ///< to the note that begins next
    kOwnNotes,    ///< to `notes`, which begin here
    kLatestNote,  ///< to the note that began last
    kEndedNote,   ///< to the note of pitch `ended` that sounds
  };
  struct Begin {
    Tick tick = 0;  ///< in ticks of 1/ppq, the onset that decode() gives
    int pitch = 0;
    int program = 0;  ///< General MIDI
    bool drums = false;
    friend bool operator==(const Begin&, const Begin&) = default;
  };
  Owner owner = Owner::kPiece;
  int ppq = 1;
  std::vector<Begin> notes;  ///< that begin; decode() leaves the last of a sequence out when it stays unfinished
  int ended = -1;            ///< pitch of the note that ends, -1: none
};

/// A place in a sequence: which symbols the grammar allows next and how much music there is so far. Costs O(1) per
/// symbol.
class Cursor {
 public:
  virtual ~Cursor() = default;
  virtual std::unique_ptr<Cursor> clone() const = 0;
  virtual void advance(Symbol symbol) = 0;  ///< forbidden symbols are taken as decode() takes them
  /// Sets mask[s] to 1 for each allowed symbol, 0 for the others. mask.size() is the vocabulary's. At least one is
  /// allowed; End is allowed wherever a piece may end; Start and labels only where they belong.
  virtual void allowed(std::span<std::uint8_t> mask) const = 0;
  /// What `symbol`, allowed or not, would do here. Overwrites `preview`, whose memory is used again.
  virtual void preview(Symbol symbol, Preview& preview) const = 0;
  virtual bool ended() const = 0;         ///< End was met
  virtual int bars() const = 0;           ///< complete bars so far (by the metre in force; 4/4 where there is none)
  virtual Seconds seconds() const = 0;    ///< onset of the latest music, by the tempo in force
  virtual std::size_t notes() const = 0;  ///< notes so far
};

/// How a training example is varied. Symbols keep their number unless tempo changes time shifts.
struct Augmentation {
  int semitones = 0;
  double tempo_factor = 1.0;  ///< above 1: faster
};

/// Of a Score; for sound there is SoundRepresentation (sound.h). Immutable and thread-safe once made.
class Representation {
 public:
  virtual ~Representation() = default;
  virtual const RepresentationSpec& spec() const = 0;  ///< with every setting and the vocabulary filled in
  virtual const Vocabulary& vocabulary() const = 0;
  /// What a symbol says wherever it stands. Costs a look into a table.
  SymbolMeaning describe(Symbol symbol) const { return vocabulary().meaning(symbol); }
  /// decode(encode(score)) is `score` up to what losses() states.
  virtual Encoding encode(const Score& score, const EncodeOptions& options = {}) const = 0;
  virtual Decoding decode(std::span<const Symbol> symbols) const = 0;
  virtual std::unique_ptr<Cursor> cursor() const = 0;
  /// The quantisation and everything else that encode() gives up, as sentences.
  virtual std::vector<std::string> losses() const = 0;
  /// Writes the varied sequence to `out` (cleared first). False when this sequence cannot be varied so (a pitch would
  /// leave the range, more than few chords have no symbol there): `out` is then unspecified.
  virtual bool augment(std::span<const Symbol> symbols, const Augmentation& how, std::vector<Symbol>& out) const = 0;
};

std::vector<std::string> representation_names();  ///< those that read scores, then those that read sound
/// Default settings of a representation with one line of explanation each: name -> {default, explanation}.
struct Setting {
  std::string name, value, explanation;
};
std::vector<Setting> default_settings(std::string_view name);

/// How a representation keeps time. Throws Error for an unknown name.
TimeBase time_base(std::string_view name);

/// Whether something is learned from a collection: the vocabulary (`notes`), the statistics (`spectrum`).
bool needs_fitting(std::string_view name);

/// Throws Error for an unknown name, setting or value, for a fitted representation without a vocabulary, and for one
/// that reads sound.
std::unique_ptr<Representation> make(const RepresentationSpec& spec);

/// Makes the vocabulary from `count` scores, score(i) each (called in order, once). For closed representations the same
/// as make().
std::unique_ptr<Representation> fit(const RepresentationSpec& spec, std::size_t count,
                                    const std::function<Score(std::size_t)>& score);

}  // namespace continuo::representation
