// Renders between the events of a plan.
#include "score_renderer.h"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <string>
#include <utility>

#include "continuo/base/error.h"
#include "continuo/base/format.h"
#include "fail.h"

namespace continuo::audio {
namespace {

constexpr std::uint64_t kRenderedFrames = 16'384;  ///< a multiple of Synth::kBlockFrames
constexpr std::uint64_t kCheckedFrames = Synth::kBlockFrames;
constexpr Seconds kPatience = 10;  ///< of processor time beyond kSlowest for each second of music; 0.02 is usual
constexpr double kSlowest = 5;
constexpr double kLongestTail = 60;
constexpr double kTrimBelow = 1e-4;  ///< of the peak: -80 dB
constexpr double kFadeSeconds = 0.05;

/// Of this thread: how busy others keep the machine does not count.
Seconds processor_seconds() {
  struct timespec now {};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<Seconds>(now.tv_sec) + 1e-9 * static_cast<Seconds>(now.tv_nsec);
}

RenderPlan checked_plan(const Score& score, const RenderOptions& options) {
  if (!(options.tail_seconds >= 0 && options.tail_seconds <= kLongestTail)) {
    throw Error({.message = "a tail of " + std::to_string(options.tail_seconds) + " seconds",
                 .hint = "Choose 0 to 60 seconds.",
                 .code = ErrorCode::kInvalidArgument});
  }
  const Seconds length = duration_seconds(score);
  if (!(length <= options.max_seconds)) {
    throw Error({.message = "the piece lasts " + std::to_string(static_cast<std::int64_t>(std::min(length, 1e15))) +
                            " seconds, more than the " +
                            std::to_string(static_cast<std::int64_t>(std::min(options.max_seconds, 1e15))) +
                            " that are rendered",
                 .hint = "Its tempo or a stray event at its end may be wrong; cut it.",
                 .code = ErrorCode::kInvalidArgument});
  }
  return plan_render(score, options.sample_rate);
}

}  // namespace

ScoreRenderer::ScoreRenderer(const Score& score, const RenderOptions& options, std::stop_token stop)
    : stop_(std::move(stop)),
      soundfont_(options.soundfont.empty() ? default_soundfont() : options.soundfont),
      sample_rate_(options.sample_rate),
      tail_seconds_(options.tail_seconds),
      plan_(checked_plan(score, options)),
      synth_(soundfont_, options.sample_rate, static_cast<int>(plan_.channels.size())) {
  for (std::size_t i = 0; i < plan_.channels.size(); ++i)
    synth_.set_program(static_cast<int>(i), plan_.channels[i].drums, plan_.channels[i].program);
  begun_ = processor_seconds();
  const double blocks = std::ceil(plan_.seconds * sample_rate_ / Synth::kBlockFrames);
  body_frames_ = static_cast<std::uint64_t>(blocks) * Synth::kBlockFrames;
}

bool ScoreRenderer::next(std::vector<float>& block) {
  block.clear();
  if (finished_) return false;
  if (frame_ < body_frames_) {
    render(std::min(kRenderedFrames, body_frames_ - frame_), block);
    return true;
  }
  finished_ = true;
  if (plan_.channels.empty()) return false;
  const auto blocks = static_cast<std::uint64_t>(std::ceil(tail_seconds_ * sample_rate_ / Synth::kBlockFrames));
  render(blocks * Synth::kBlockFrames, block);
  trim(block);
  return !block.empty();
}

void ScoreRenderer::render(std::uint64_t frames, std::vector<float>& out) {
  out.resize(static_cast<std::size_t>(frames) * 2);
  const std::uint64_t begin = frame_, end = frame_ + frames;
  while (frame_ < end) {
    const std::uint64_t block = frame_ / Synth::kBlockFrames;
    while (next_event_ < plan_.events.size() && plan_.events[next_event_].block <= block)
      send(plan_.events[next_event_++]);
    std::uint64_t until = end;
    if (next_event_ < plan_.events.size())
      until = std::min(until, plan_.events[next_event_].block * Synth::kBlockFrames);
    until = std::min(until, frame_ + kCheckedFrames);
    check_pace();
    const auto from = static_cast<std::size_t>(frame_ - begin) * 2;
    synth_.render(std::span(out).subspan(from, static_cast<std::size_t>(until - frame_) * 2));
    frame_ = until;
  }
  for (const float sample : out) peak_ = std::max(peak_, std::abs(static_cast<double>(sample)));
}

void ScoreRenderer::check_pace() const {
  if (stop_.stop_requested()) throw Interrupted("stopped while rendering");
  const Seconds spent = processor_seconds() - begun_;
  if (spent <= kPatience + kSlowest * done()) return;
  fail(ErrorCode::kUnsupported, soundfont_,
       "the synthesizer needs too long for this SoundFont: " + format_decimals(spent, 0) + " seconds for " +
           format_decimals(done(), 1) + " of music",
       "The SoundFont is damaged, or made for that. Use another one.");
}

void ScoreRenderer::send(const SynthEvent& event) noexcept {
  switch (event.kind) {
    case SynthEvent::Kind::kNoteOff:
    case SynthEvent::Kind::kLateNoteOff:
      synth_.note_off(event.channel, event.number);
      break;
    case SynthEvent::Kind::kControl:
      synth_.control(event.channel, event.number, event.value);
      break;
    case SynthEvent::Kind::kBend:
      synth_.pitch_bend(event.channel, event.value);
      break;
    case SynthEvent::Kind::kNoteOn:
      synth_.note_on(event.channel, event.number, event.value);
      break;
  }
}

void ScoreRenderer::trim(std::vector<float>& tail) const {
  const double threshold = peak_ * kTrimBelow;
  std::size_t used = tail.size();
  while (used > 0 && std::abs(tail[used - 1]) <= threshold) --used;
  used = (used + 1) / 2 * 2;
  tail.resize(used);
  // Where it still sounds it is faded, not cut.
  const auto fade = std::min(used / 2, static_cast<std::size_t>(kFadeSeconds * sample_rate_));
  for (std::size_t i = 0; i < fade; ++i) {
    const float gain = static_cast<float>(i) / static_cast<float>(fade);
    tail[used - 1 - 2 * i] *= gain;
    tail[used - 2 - 2 * i] *= gain;
  }
}

}  // namespace continuo::audio
