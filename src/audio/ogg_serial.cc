// Walks over the pages with libogg.
#include "ogg_serial.h"

#include <ogg/ogg.h>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "continuo/base/hash.h"
#include "fail.h"

namespace continuo::audio {
namespace {

constexpr std::size_t kSerialAt = 14;  ///< in the head of a page (RFC 3533, section 6)

/// Pages one after the other, each to be looked at or changed in place.
class Pages {
 public:
  explicit Pages(const std::filesystem::path& path)
      : path_(path), file_(path, std::ios::in | std::ios::out | std::ios::binary) {
    ogg_sync_init(&sync_);
  }
  ~Pages() { ogg_sync_clear(&sync_); }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

  /// False at the end of the file.
  bool next(ogg_page& page) {
    constexpr long kBlock = 1L << 16;
    for (;;) {
      const long taken = ogg_sync_pageseek(&sync_, &page);
      if (taken < 0) fail(ErrorCode::kSystem, path_, "cannot write: the file has bytes outside of Ogg pages");
      if (taken > 0) {
        at_ += taken;
        return true;
      }
      file_.clear();
      file_.seekg(read_);
      file_.read(ogg_sync_buffer(&sync_, kBlock), kBlock);
      const std::streamsize got = file_.gcount();
      if (got == 0) return false;
      read_ += got;
      ogg_sync_wrote(&sync_, static_cast<long>(got));
    }
  }

  /// Puts the head of the page that next() gave back into the file.
  void replace_head(const ogg_page& page) {
    file_.clear();
    file_.seekp(at_ - page.header_len - page.body_len);
    file_.write(reinterpret_cast<const char*>(page.header), page.header_len);
    if (!file_) fail(ErrorCode::kSystem, path_, "cannot write", "Check the space on that disk.");
  }

  void close() {
    file_.clear();
    file_.close();
    if (!file_) fail(ErrorCode::kSystem, path_, "cannot write", "Check the space on that disk.");
  }

 private:
  const std::filesystem::path& path_;
  std::fstream file_;
  ogg_sync_state sync_{};
  std::streamoff read_ = 0;  ///< bytes handed to libogg
  std::streamoff at_ = 0;    ///< behind the current page
};

}  // namespace

void settle_ogg_serial(const std::filesystem::path& path) {
  ogg_page page{};
  ContentHasher content;
  for (Pages pages(path); pages.next(page);) content.add({page.body, static_cast<std::size_t>(page.body_len)});
  const auto serial = static_cast<std::uint32_t>(std::stoul(content.digits().substr(0, 8), nullptr, 16));
  Pages pages(path);
  while (pages.next(page)) {
    for (std::size_t i = 0; i < 4; ++i) page.header[kSerialAt + i] = static_cast<unsigned char>(serial >> (8 * i));
    ogg_page_checksum_set(&page);
    pages.replace_head(page);
  }
  pages.close();
}

}  // namespace continuo::audio
