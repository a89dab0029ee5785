// Works: what takes longer than an answer. Each writes events while it runs, and ends when nobody reads them.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>

#include "continuo/studio/studio.h"
#include "studio/request.h"
#include "studio/store.h"

namespace continuo::studio {

/// So many at once; the others wait, the first first.
class Gate {
 public:
  explicit Gate(int places) : places_(places) {}
  /// False when the one that waits has gone, or everything stops.
  bool enter(Sink& sink);
  void leave();
  void close();
  bool closed() const noexcept { return closed_; }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t next_ = 0, served_ = 0;
  std::vector<std::uint64_t> gone_;
  int places_;
  std::atomic<bool> closed_ = false;
};

/// What works share.
struct Desk {
  Store& store;
  std::shared_ptr<const StudioModel> model;  ///< of the work
  Gate& gate;
  std::filesystem::path soundfont;
};

/// A new piece. Events: piece, notes (a score that replaces the one before), sound, take, piece, error.
void compose_piece(const Desk& desk, const Json& request, Sink& sink);
/// A take with more bars at its end.
void continue_take(const Desk& desk, const std::string& piece, int take, const Json& request, Sink& sink);
/// Several takes in which the asked bars of the asked tracks are other ones.
void regenerate_take(const Desk& desk, const std::string& piece, int take, const Json& request, Sink& sink);
/// The same, but something of what stood there stays.
void vary_take(const Desk& desk, const std::string& piece, int take, const Json& request, Sink& sink);
/// Several takes with more instruments beside what there is.
void accompany_take(const Desk& desk, const std::string& piece, int take, const Json& request, Sink& sink);
/// A new piece under wishes that compose_piece() cannot keep, such as chords. Events: progress, piece, take, error.
void compose_steered(const Desk& desk, const Json& request, Sink& sink);

/// What surprises the model: the bits of each note, by track, as JSON: {"tracks": [[4.2, null, ...]], "mean": 5.1} or
/// {"error"}. A note that the model does not read has none.
void surprise_of_take(const Desk& desk, const std::string& piece, int take, Sink& sink);

void send_event(Sink& sink, const char* name, const Json& data);

}  // namespace continuo::studio
