// What all works share: places, events, what goes wrong.
#include "studio/work_tools.h"

#include <algorithm>

#include "continuo/base/error.h"
#include "studio/view.h"

namespace continuo::studio {

bool Gate::enter(Sink& sink) {
  std::unique_lock lock(mutex_);
  const std::uint64_t mine = next_++;
  while (!closed_) {
    while (std::erase(gone_, served_) > 0) ++served_;
    if (served_ == mine && places_ > 0) {
      ++served_;
      --places_;
      changed_.notify_all();
      return true;
    }
    if (changed_.wait_for(lock, std::chrono::milliseconds(200)) == std::cv_status::timeout) {
      lock.unlock();
      const bool waits = sink.alive();
      lock.lock();
      if (!waits) break;
    }
  }
  gone_.push_back(mine);
  changed_.notify_all();
  return false;
}

void Gate::leave() {
  const std::scoped_lock lock(mutex_);
  ++places_;
  changed_.notify_all();
}

void Gate::close() {
  const std::scoped_lock lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

void send_event(Sink& sink, const char* name, const Json& data) {
  sink.write("event: " + std::string(name) + "\ndata: " + text_of_json(data) + "\n\n");
}

void send_take(const Desk& desk, const std::string& id, int take, double spent, Sink& sink) {
  const Piece piece = desk.store.piece(id);
  Json view = take_view(piece, piece.takes.at(take), *desk.store.music(id, take));
  view["spent"] = spent;
  send_event(sink, "take", view);
}

Json settings_of(const Json& request) {
  if (!request.is_object())
    throw Error({.message = "a request must be an object", .code = ErrorCode::kInvalidArgument});
  const auto settings = request.find("settings");
  if (settings == request.end()) return Json::object();
  if (!settings->is_object())
    throw Error({.message = "settings must be an object", .code = ErrorCode::kInvalidArgument, .about = "settings"});
  return *settings;
}

}  // namespace continuo::studio
