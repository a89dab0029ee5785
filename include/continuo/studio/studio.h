// Studio: pieces that are composed, heard, changed and kept in a folder. It knows no network and no screen; the server
// (server.h) shows it to browsers.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace continuo::studio {

struct StudioOptions {
  std::filesystem::path folder;              ///< of the pieces; created where it is missing
  std::filesystem::path model;               ///< empty: the one that comes with Continuo
  std::filesystem::path soundfont;           ///< empty: the system's
  std::filesystem::path learning_program;    ///< continuo-learn; empty: this build does not learn
  std::vector<std::filesystem::path> music;  ///< folders of MIDI files that may be learned from where they lie
  int works = 0;  ///< that compose or render a file at once, the others wait; 0: the cores there are
};

/// What an interface needs of a request, and nothing of how it came.
struct Request {
  std::string method = "GET";
  std::string path;   ///< decoded, from "/" on
  std::string query;  ///< as it stands behind the "?"
  std::string type;   ///< media type of the body
  std::string body;
};

/// Where a reply that has no end yet is written. Called by one thread.
class Sink {
 public:
  virtual ~Sink() = default;
  /// False when nobody reads any more: the work ends.
  virtual bool write(std::string_view bytes) = 0;
  virtual bool alive() = 0;
};

struct Reply {
  int status = 200;
  std::string type = "application/json";
  std::string body;
  std::string file_name;              ///< under which a browser saves it; empty: it shows it
  std::function<void(Sink&)> stream;  ///< in place of `body`; what it throws ends the connection
};

/// Thread-safe. One process at a time has a folder.
class Studio {
 public:
  /// Throws Error: a model that cannot be used, a folder that another studio has.
  explicit Studio(const StudioOptions& options);
  ~Studio();
  Studio(const Studio&) = delete;
  Studio& operator=(const Studio&) = delete;

  /// The interface of docs/http-api.md. Never throws: errors are replies. What an acknowledged change has written is on
  /// the disk.
  Reply answer(const Request& request);
  /// Everything that runs ends soon, and no new work begins.
  void stop() noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace continuo::studio
