// Decodes a sound file block by block and keeps only figures.
#include "corpus/sound_file.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <vector>

#include "continuo/audio/prepared_sound.h"
#include "continuo/base/error.h"
#include "continuo/base/hash.h"

namespace continuo::corpus {
namespace {

constexpr double kSilence = -60;
constexpr double kGrace = 60;           ///< seconds of silence that may be trimmed
constexpr double kLongest = 24 * 3600;  ///< of one file
constexpr int kLowestRate = 1000, kHighestRate = 768'000;

}  // namespace

std::string hash_of_file(const std::filesystem::path& path, const std::stop_token& stop) {
  std::ifstream in(path, std::ios::binary);
  ContentHasher hasher;
  std::vector<std::uint8_t> block(std::size_t{1} << 20);
  while (in) {
    if (stop.stop_requested()) throw Interrupted("interrupted");
    in.read(reinterpret_cast<char*>(block.data()), static_cast<std::streamsize>(block.size()));
    hasher.add(std::span(block).first(static_cast<std::size_t>(in.gcount())));
  }
  if (!in.eof())
    throw Error({.message = "cannot be read",
                 .path = path.string(),
                 .hint = "Check its permissions.",
                 .code = ErrorCode::kSystem});
  return hasher.digits();
}

SoundFacts examine_sound(const std::filesystem::path& path, double max_seconds, const std::stop_token& stop) {
  const auto source = audio::open_file(path);
  if (source->sample_rate() < kLowestRate || source->sample_rate() > kHighestRate)
    throw Error({.message = "has " + std::to_string(source->sample_rate()) + " samples a second",
                 .path = path.string(),
                 .code = ErrorCode::kUnsupported});
  SoundFacts facts;
  if (source->stated_seconds() > max_seconds + kGrace) {
    facts.seconds = source->stated_seconds();
    return facts;
  }
  audio::SilenceTrimmer trimmer(source->sample_rate(), kSilence);
  ContentHasher hasher;
  std::vector<float> block, mono;
  std::vector<std::int16_t> rounded;
  std::uint64_t zeros = 0, samples = 0;  // zeros that may be the end of the sound
  while (source->next(block)) {
    if (stop.stop_requested()) throw Interrupted("interrupted");
    mono.clear();
    audio::mix_to_mono(block, source->channels(), mono);
    trimmer.add(mono);
    rounded.clear();
    for (const float sample : mono) {
      const auto value = static_cast<std::int16_t>(std::lround(std::clamp(sample, -1.0F, 1.0F) * 32'767.0F));
      if (value == 0) {
        ++zeros;
        continue;
      }
      if (samples > 0) {
        samples += zeros;
        rounded.push_back(0);
        for (int shift = 0; shift < 64; shift += 16) rounded.push_back(static_cast<std::int16_t>(zeros >> shift));
      }
      zeros = 0;
      rounded.push_back(value);
      ++samples;
    }
    hasher.add({reinterpret_cast<const std::uint8_t*>(rounded.data()), rounded.size() * sizeof(std::int16_t)});
    if (static_cast<double>(trimmer.end() - trimmer.begin()) / source->sample_rate() > kLongest)
      throw Error({.message = "is longer than a day", .path = path.string(), .code = ErrorCode::kUnsupported});
  }
  facts.seconds = static_cast<double>(trimmer.end() - trimmer.begin()) / source->sample_rate();
  facts.repaired = source->repaired();
  facts.print = std::stoull(hasher.digits().substr(0, 16), nullptr, 16);
  return facts;
}

}  // namespace continuo::corpus
