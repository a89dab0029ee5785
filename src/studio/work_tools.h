// What all works share: places, events, what goes wrong.
#pragma once

#include <chrono>
#include <exception>

#include "continuo/base/error.h"
#include "studio/view.h"
#include "studio/works.h"

namespace continuo::studio {

using Clock = std::chrono::steady_clock;
inline double seconds_since(Clock::time_point begun) {
  return std::chrono::duration<double>(Clock::now() - begun).count();
}

/// One place of the gate.
class Place {
 public:
  Place(Gate& gate, Sink& sink) : gate_(gate), has_(gate.enter(sink)) {
    if (!has_) throw Interrupted("nobody waits for it any more");
  }
  ~Place() {
    if (has_) gate_.leave();
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

 private:
  Gate& gate_;
  bool has_;
};

/// Runs a work; what goes wrong becomes an event.
template <class Body>
void guarded(Sink& sink, const Body& body) {
  try {
    body();
  } catch (const Interrupted&) {
    send_event(sink, "stopped", Json::object());
  } catch (const Error& error) {
    send_event(sink, "error", error_view(error)["error"]);
  } catch (const std::exception& error) {
    send_event(sink, "error", {{"code", "system"}, {"message", error.what()}, {"hint", ""}, {"about", ""}});
  }
}

/// The event "take".
void send_take(const Desk& desk, const std::string& id, int take, double spent, Sink& sink);
/// The member "settings" of a request; an empty object where it is missing. Throws Error.
Json settings_of(const Json& request);

}  // namespace continuo::studio
