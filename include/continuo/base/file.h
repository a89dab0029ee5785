// Files: whole reads, memory maps, and writes that are either complete or absent.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace continuo {

/// The whole file. Throws Error when it is missing, a folder, unreadable, or larger than `max_bytes`.
std::vector<std::uint8_t> read_file(const std::filesystem::path& path,
                                    std::uint64_t max_bytes = std::uint64_t{1} << 32);
std::string read_text_file(const std::filesystem::path& path);

/// Writes `bytes` as AtomicFile does. Throws Error (disk full, no permission).
void write_file_atomically(const std::filesystem::path& path, std::span<const std::uint8_t> bytes);
void write_file_atomically(const std::filesystem::path& path, std::string_view text);

/// For long work, before it begins: throws the Error that writing `path` would end with (no permission, a folder, a
/// folder that cannot be created). Changes nothing.
void ensure_writable(const std::filesystem::path& path);

/// Atomic writing for writers that need a name or a stream: write to `temporary()` (same folder, same extension), then
/// `commit()`: it flushes to the disk and renames. Until then the path holds what it held before, whatever happens in
/// between; without a commit the destructor removes the temporary file. Creates missing parent folders. The mode of a
/// file that is replaced stays. A symbolic link stays, its target is replaced. What is no regular file (a device, a
/// FIFO, /dev/stdout, /dev/fd/N) is written into by commit(). The first AtomicFile of a process in a folder also
/// removes what killed processes left there.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path path);  ///< throws Error
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  const std::filesystem::path& temporary() const noexcept { return temporary_; }
  /// Flushes the temporary file to the disk and renames it over the path. Throws Error.
  void commit();

 private:
  std::filesystem::path path_;
  std::filesystem::path temporary_;
  int lock_ = -1;          ///< the temporary file, locked while this lives
  int into_ = -1;          ///< an open file of this process that is written into, -1: none
  bool in_place_ = false;  ///< the path is no regular file
  bool committed_ = false;
};

/// Bytes on the disk without a name: for what is too large for memory and needed for a while. Gone with the object, or
/// with the process. Movable. One thread.
class ScratchFile {
 public:
  /// In `folder`, which is created when it is missing. Throws Error.
  explicit ScratchFile(const std::filesystem::path& folder);
  ScratchFile(ScratchFile&& other) noexcept;
  ScratchFile& operator=(ScratchFile&& other) noexcept;
  ~ScratchFile();

  void append(std::span<const std::uint8_t> bytes);  ///< throws Error (disk full)
  std::uint64_t size() const noexcept { return size_; }
  /// Fills `bytes` from `offset` on; what lies beyond the end is an Error.
  void read(std::uint64_t offset, std::span<std::uint8_t> bytes) const;

 private:
  std::filesystem::path folder_;
  int file_ = -1;
  std::uint64_t size_ = 0;
};

/// While one lives, no other process (or other lock of this one) has the folder: for what writes several files there
/// over time. Gone with the process, however that ends.
class FolderLock {
 public:
  explicit FolderLock(const std::filesystem::path& folder);  ///< creates the folder; throws Error when it is taken
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int file_ = -1;
};

/// A file mapped read-only into memory. Movable, not copyable. The span is valid for the life of the object.
class MappedFile {
 public:
  MappedFile() = default;
  explicit MappedFile(const std::filesystem::path& path);  ///< throws Error
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  std::span<const std::uint8_t> bytes() const noexcept { return {data_, size_}; }

 private:
  const std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace continuo
