// Sound files of a collection: what a scan wants to know of one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>

namespace continuo::corpus {

/// content_hash() of a file of any size. Throws Error; Interrupted.
std::string hash_of_file(const std::filesystem::path& path, const std::stop_token& stop);

struct SoundFacts {
  double seconds = 0;          ///< from the first sound to the last, see SilenceTrimmer
  std::uint64_t repaired = 0;  ///< samples that were not numbers
  std::uint64_t print = 0;     ///< hash of the sound itself: the same for lossless copies in another format
};
/// Decodes the whole file, unless its header says that it is longer than `max_seconds` by more than a minute. Throws
/// Error; Interrupted.
SoundFacts examine_sound(const std::filesystem::path& path, double max_seconds, const std::stop_token& stop);

}  // namespace continuo::corpus
