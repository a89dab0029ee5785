// Where a picture goes: to a file or to memory.
#pragma once

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <utility>
#include <vector>

namespace continuo::plot {

/// A path converts to it, so that every drawing can be told a file; its extension, .png or .svg, decides what is drawn.
class Target {
 public:
  template <std::convertible_to<std::filesystem::path> Path>
  Target(Path&& path) : path_(std::forward<Path>(path)) {}  // NOLINT(google-explicit-constructor)
  /// The finished picture replaces `bytes`, which must outlive the target. `extension`: ".png" or ".svg".
  Target(std::string_view extension, std::vector<std::uint8_t>& bytes)
      : path_(std::filesystem::path("picture") += extension), bytes_(&bytes) {}

  /// Of a picture in memory a name with its extension.
  const std::filesystem::path& path() const noexcept { return path_; }
  /// A file is written whole or not at all. Throws Error.
  void write(std::vector<std::uint8_t> picture) const;

 private:
  std::filesystem::path path_;
  std::vector<std::uint8_t>* bytes_ = nullptr;
};

}  // namespace continuo::plot
