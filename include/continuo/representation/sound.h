// SoundRepresentation: sampled sound to and from a sequence of symbols (`mulaw`) or of frames (`spectrum`), as a
// stream.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "continuo/representation/representation.h"

namespace continuo::representation {

/// What a network sees at each step.
enum class Steps : std::uint8_t {
  kSymbols,  ///< one of width() classes
  kFrames,   ///< width() real numbers
};

/// Whether the representation of this name is a SoundRepresentation. Throws Error for an unknown name.
bool reads_sound(std::string_view name);

/// Steps in order: `symbols` where steps() is kSymbols, `frames` (row-major, [steps, width()]) where it is kFrames.
struct SoundSteps {
  std::vector<Symbol> symbols;
  std::vector<float> frames;
};

/// One piece on its way in. Holds at most one frame's samples, whatever the length of the piece. One thread.
class SoundEncoder {
 public:
  virtual ~SoundEncoder() = default;
  /// Takes the next mono samples at sample_rate(), full scale -1 to 1 (beyond it they are clipped, what is not a number
  /// is silence), and appends the steps that are complete to `out`.
  virtual void push(std::span<const float> samples, SoundSteps& out) = 0;
  /// Appends what is left, padded with silence to whole steps. The last call.
  virtual void finish(SoundSteps& out) = 0;
};

/// One piece on its way out, in bounded memory. One thread.
class SoundDecoder {
 public:
  virtual ~SoundDecoder() = default;
  /// Takes the next symbols (those beyond the last class are taken as the last) and appends the samples that are
  /// complete to `samples`. Throws Error where steps() is kFrames.
  virtual void push(std::span<const Symbol> symbols, std::vector<float>& samples) = 0;
  /// The same for one frame of width() values. Throws Error where steps() is kSymbols or the frame has another width.
  virtual void push_frame(std::span<const float> frame, std::vector<float>& samples) = 0;
  /// Appends the samples that waited for more steps. The last call.
  virtual void finish(std::vector<float>& samples) = 0;
};

/// What a representation of frames learns from a collection (RepresentationSpec::statistics): the mean of each value of
/// a frame, then its deviation, which is at least a thousandth of the largest: what cannot be heard does not weigh as
/// much as what can. Of frames as a representation without statistics gives them. One thread.
class FrameStatistics {
 public:
  explicit FrameStatistics(int width);
  void add(std::span<const float> frames);  ///< [steps, width], row-major
  void merge(const FrameStatistics& other);
  std::uint64_t frames() const noexcept { return count_; }
  std::vector<float> values() const;  ///< [2 * width]; throws Error before the first frame

 private:
  std::vector<double> sum_, squares_;
  std::uint64_t count_ = 0;
};

/// Immutable and thread-safe once made. There is no Start and no End: a sequence begins after silence.
class SoundRepresentation {
 public:
  virtual ~SoundRepresentation() = default;
  virtual const RepresentationSpec& spec() const = 0;  ///< with every setting filled in
  virtual int sample_rate() const = 0;                 ///< samples a second, mono
  virtual Steps steps() const = 0;
  virtual int width() const = 0;  ///< classes, or values of a frame
  virtual int hop() const = 0;    ///< samples that a step advances by
  double steps_per_second() const { return static_cast<double>(sample_rate()) / hop(); }
  /// The step that stands for silence: what a network sees before a sequence begins. One symbol or one frame.
  virtual SoundSteps silence() const = 0;
  virtual std::unique_ptr<SoundEncoder> encoder() const = 0;
  virtual std::unique_ptr<SoundDecoder> decoder() const = 0;
  /// What a symbol says: its amplitude where steps() is kSymbols, else nothing.
  virtual SymbolMeaning describe(Symbol symbol) const = 0;
  virtual std::vector<std::string> losses() const = 0;  ///< what encoding gives up, as sentences
};

/// Throws Error for an unknown name, setting or value, and for a representation that reads scores. Those that
/// need fitting are made without their statistics too: their frames are then as the transform gives them.
std::unique_ptr<SoundRepresentation> make_sound(const RepresentationSpec& spec);

}  // namespace continuo::representation
