// The serial number of an Ogg stream, which libsndfile draws from the clock.
#pragma once

#include <filesystem>

namespace continuo::audio {

/// Gives the one logical stream of an Ogg file a serial number that follows from its content, so that the same sound
/// makes the same bytes (RFC 3533: the number tells streams of one file apart, nothing else). Throws Error.
void settle_ogg_serial(const std::filesystem::path& path);

}  // namespace continuo::audio
