// Locks on folders.
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "continuo/base/error.h"
#include "continuo/base/file.h"

namespace continuo {

FolderLock::FolderLock(const std::filesystem::path& folder) {
  std::error_code code;
  std::filesystem::create_directories(folder, code);
  file_ = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file_ < 0) {
    throw Error({.message = std::string("cannot be opened as a folder: ") + std::strerror(errno),
                 .path = folder.string(),
                 .hint = "Check its name and permissions, or choose another folder.",
                 .code = error_code_of(errno)});
  }
  // File systems that know no locks let everybody pass.
  if (::flock(file_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    ::close(file_);
    throw Error({.message = "another run is writing into this folder",
                 .path = folder.string(),
                 .hint = "Wait until it is finished, or choose another folder.",
                 .code = ErrorCode::kBusy});
  }
}

FolderLock::~FolderLock() { ::close(file_); }

}  // namespace continuo
