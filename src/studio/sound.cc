// Excerpts are rendered from a little before them, so that what sounds there has begun.
#include "studio/sound.h"

#include <algorithm>
#include <cmath>

#include "continuo/audio/sound_source.h"
#include "continuo/music/excerpt.h"
#include "continuo/music/time.h"

namespace continuo::studio {
namespace {

constexpr Seconds kBefore = 1.0;  ///< rendered before an excerpt and thrown away
/// FluidSynth's own level is quiet: most pieces come to about -18 LUFS with it, as `compose` writes them.
constexpr float kGain = 7.0F;
constexpr std::uint8_t kVolume = 7;
constexpr double kUsualVolume = 100;  ///< General MIDI's

/// As it is up to 0.7, then bent so that nothing passes full scale.
float limited(float sample) {
  constexpr float kKnee = 0.7F;
  const float size = std::abs(sample);
  if (size <= kKnee) return sample;
  const float over = (size - kKnee) / (1 - kKnee);
  return std::copysign(kKnee + (1 - kKnee) * over / (1 + over), sample);
}

void append(std::string& text, float sample) {
  const auto value = static_cast<std::int16_t>(std::lround(limited(sample * kGain) * 32'767));
  text += static_cast<char>(value & 0xFF);
  text += static_cast<char>(value >> 8 & 0xFF);
}

void little(std::string& text, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> 8 * i & 0xFF);
}

}  // namespace

Score mixed(const Score& score, const std::vector<Channel>& mixer) {
  Score out = score;
  const bool solo = std::ranges::any_of(mixer, [](const Channel& channel) { return channel.solo; });
  for (std::size_t t = 0; t < out.tracks.size() && (solo || t < mixer.size()); ++t) {
    const Channel channel = t < mixer.size() ? mixer[t] : Channel{};
    Track& track = out.tracks[t];
    if (channel.mute || (solo && !channel.solo)) {
      track.notes.clear();
      continue;
    }
    if (channel.volume == 1) continue;
    const auto scaled = [&](double value) {  // FluidSynth's gain is the square of the controller
      return static_cast<std::uint8_t>(std::clamp(std::lround(value * std::sqrt(channel.volume)), 0L, 127L));
    };
    bool at_beginning = false;
    for (ControlChange& control : track.controls) {
      if (control.controller != kVolume) continue;
      at_beginning = at_beginning || control.tick == 0;
      control.value = scaled(control.value);
    }
    if (!at_beginning) track.controls.insert(track.controls.begin(), {0, kVolume, scaled(kUsualVolume)});
  }
  return out;
}

void play(const Score& score, const Excerpt& excerpt, const std::function<bool(std::string_view)>& write) {
  const Seconds before = std::min(kBefore, excerpt.from);
  const TempoMap tempo(score);
  const Tick begin = before <= 0 && excerpt.from <= 0 ? 0 : tempo.tick(excerpt.from - before);
  const Seconds skipped = excerpt.from - tempo.seconds(begin);
  const auto source = audio::open_score(begin > 0 ? from_tick(score, begin) : score,
                                        {.soundfont = excerpt.soundfont, .sample_rate = kSampleRate});
  auto skip = static_cast<std::uint64_t>(std::max(0.0, std::round(skipped * kSampleRate)));
  auto left = static_cast<std::uint64_t>(std::round(excerpt.seconds * kSampleRate));
  std::vector<float> block;
  std::string bytes;
  while (left > 0 && source->next(block)) {
    const std::uint64_t frames = block.size() / 2;
    const std::uint64_t first = std::min(skip, frames), count = std::min(frames - first, left);
    skip -= first;
    left -= count;
    bytes.clear();
    for (std::uint64_t i = first * 2; i < (first + count) * 2; ++i) append(bytes, block[i]);
    if (!write(bytes)) return;
  }
  const auto rest = static_cast<std::uint64_t>(std::max(0.0, (excerpt.piece - excerpt.from) * kSampleRate));
  const auto sent = static_cast<std::uint64_t>(std::round(excerpt.seconds * kSampleRate)) - left;
  for (std::uint64_t silent = std::min(left, rest > sent ? rest - sent : 0); silent > 0;) {
    const std::uint64_t frames = std::min<std::uint64_t>(silent, kSampleRate);
    if (!write(std::string(frames * 4, '\0'))) return;
    silent -= frames;
  }
}

std::string wav_header() {
  constexpr std::uint32_t kUnknown = 0xFFFFFFFF;
  std::string text = "RIFF";
  little(text, kUnknown, 4);
  text += "WAVEfmt ";
  little(text, 16, 4);
  little(text, 1, 2);  // PCM
  little(text, 2, 2);
  little(text, kSampleRate, 4);
  little(text, kSampleRate * 4, 4);
  little(text, 4, 2);
  little(text, 16, 2);
  text += "data";
  little(text, kUnknown, 4);
  return text;
}

}  // namespace continuo::studio
