// Files through libsndfile and scores through FluidSynth, block by block.
#include "continuo/audio/sound_source.h"

#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <system_error>
#include <utility>

#include "continuo/base/error.h"
#include "fail.h"
#include "score_renderer.h"

namespace continuo::audio {
namespace {

constexpr std::size_t kReadSamples = std::size_t{1} << 16;

class FileSource final : public SoundSource {
 public:
  explicit FileSource(const std::filesystem::path& path) {
    std::error_code code;
    const auto status = std::filesystem::status(path, code);
    if (!std::filesystem::exists(status))
      fail(ErrorCode::kNotFound, path, "no such file", "Check the name and the current folder.");
    if (std::filesystem::is_directory(status)) fail(ErrorCode::kInvalidArgument, path, "is a folder, not a file");
    handle_.reset(sf_open(path.c_str(), SFM_READ, &info_));
    if (handle_ == nullptr) {
      fail(ErrorCode::kUnsupported, path, std::string("cannot be read as sound: ") + sf_strerror(nullptr),
           "WAV, FLAC, OGG, MP3 and AIFF files can be read.");
    }
    if (info_.channels < 1 || info_.samplerate < 1)
      fail(ErrorCode::kDamaged, path, "says that it has no channels or no sample rate");
    block_frames_ = std::max<std::size_t>(1, kReadSamples / static_cast<std::size_t>(info_.channels));
  }

  int sample_rate() const override { return info_.samplerate; }
  int channels() const override { return info_.channels; }
  Seconds stated_seconds() const override {
    // Where a stream does not say, libsndfile gives the largest number there is.
    if (info_.frames <= 0 || info_.frames == SF_COUNT_MAX) return 0;
    return static_cast<double>(info_.frames) / info_.samplerate;
  }
  std::uint64_t repaired() const override { return repaired_; }

  bool next(std::vector<float>& block) override {
    const auto channels = static_cast<std::size_t>(info_.channels);
    block.resize(block_frames_ * channels);
    const sf_count_t got = sf_readf_float(handle_.get(), block.data(), static_cast<sf_count_t>(block_frames_));
    if (got <= 0) {
      block.clear();
      return false;
    }
    block.resize(std::min(static_cast<std::size_t>(got), block_frames_) * channels);
    for (float& sample : block) {
      if (std::isfinite(sample)) continue;  // floating-point files may hold anything
      sample = 0;
      ++repaired_;
    }
    return true;
  }

 private:
  struct Close {
    void operator()(SNDFILE* handle) const noexcept { sf_close(handle); }
  };
  SF_INFO info_{};
  std::unique_ptr<SNDFILE, Close> handle_;
  std::size_t block_frames_ = 1;
  std::uint64_t repaired_ = 0;
};

class ScoreSource final : public SoundSource {
 public:
  ScoreSource(const Score& score, const RenderOptions& options, std::stop_token stop)
      : sample_rate_(options.sample_rate), renderer_(score, options, std::move(stop)) {}

  int sample_rate() const override { return sample_rate_; }
  int channels() const override { return 2; }
  Seconds stated_seconds() const override { return renderer_.total(); }
  bool next(std::vector<float>& block) override { return renderer_.next(block); }

 private:
  int sample_rate_;
  ScoreRenderer renderer_;
};

/// The extensions of the major formats of this libsndfile, with other spellings of theirs.
std::vector<std::string> find_extensions() {
  std::vector<std::string> found = {".aif", ".aifc", ".aiff", ".au",  ".caf", ".flac", ".oga",
                                    ".ogg", ".opus", ".rf64", ".snd", ".w64", ".wav",  ".wave"};
  int formats = 0;
  sf_command(nullptr, SFC_GET_FORMAT_MAJOR_COUNT, &formats, sizeof(formats));
  for (int i = 0; i < formats; ++i) {
    SF_FORMAT_INFO format{};
    format.format = i;
    if (sf_command(nullptr, SFC_GET_FORMAT_MAJOR, &format, sizeof(format)) != 0 || format.extension == nullptr)
      continue;
    // libsndfile 1.1 and later have MPEG; its name is "m1a" to them and .mp3 to everybody else.
    if (std::string_view(format.extension) == "m1a" || std::string_view(format.extension) == "mp3") {
      found.insert(found.end(), {".mp3", ".mp2"});
    }
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace

const std::vector<std::string>& sound_extensions() {
  static const std::vector<std::string> extensions = find_extensions();
  return extensions;
}

std::unique_ptr<SoundSource> open_file(const std::filesystem::path& path) { return std::make_unique<FileSource>(path); }

std::unique_ptr<SoundSource> open_score(const Score& score, const RenderOptions& options, std::stop_token stop) {
  return std::make_unique<ScoreSource>(score, options, std::move(stop));
}

}  // namespace continuo::audio
