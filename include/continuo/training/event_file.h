// Event files as TensorBoard reads them: a log of numbers and pictures by step, appended while training runs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace continuo::training {

/// CRC-32C (Castagnoli; RFC 3720, appendix B.4) of the bytes.
std::uint32_t crc32c(std::span<const std::uint8_t> bytes) noexcept;

/// One file, NAME events.out.tfevents.SECONDS.HOST.PROCESS, in the TFRecord framing (length, masked CRC of the length,
/// data, masked CRC of the data) around messages of tensorflow/core/util/event.proto and .../framework/summary.proto.
/// What was added before a crash can be read: readers stop at an unfinished record. Not thread-safe.
class EventFile {
 public:
  /// A new file in `folder`, which is created when it is missing. Of what other files in the folder hold, readers
  /// forget the steps from `first_step` on. Throws Error.
  explicit EventFile(const std::filesystem::path& folder, std::int64_t first_step = 0);

  using Scalars = std::vector<std::pair<std::string, double>>;  ///< tag, value
  void add(std::int64_t step, const Scalars& values);
  /// `png`: a whole PNG file of that size.
  void add_image(std::int64_t step, const std::string& tag, std::span<const std::uint8_t> png, int width, int height);

  /// Hands everything to the operating system. Throws Error (disk full).
  void flush();
  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  void write_event(std::int64_t step, int field, const std::string& payload);

  std::filesystem::path path_;
  std::ofstream out_;
};

}  // namespace continuo::training
