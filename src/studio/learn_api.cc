#include "studio/learn_api.h"

#include "continuo/base/error.h"
#include "studio/edit.h"
#include "studio/learn_views.h"
#include "studio/routes.h"
#include "studio/view.h"

namespace continuo::studio {
namespace {

constexpr double kMaxMinutes = 10'000, kMaxReadings = 1000;

Reply list_reply(Learnings& learnings, const Models& models) {
  Json list = Json::array();
  for (const Learning& learning : learnings.all()) list.push_back(learning_view(learnings, models, learning));
  return json_reply({{"available", learnings.available()},
                     {"music", learnings.music_names()},
                     {"model", models.learning()},
                     {"learnings", std::move(list)}});
}

Reply add_music(Learnings& learnings, const std::string& id, const Request& request) {
  if (request.type != "audio/midi")
    throw Error({.message = "music must come as a MIDI file",
                 .hint = "Send it with Content-Type: audio/midi.",
                 .code = ErrorCode::kUnsupported});
  if (request.body.size() > kMaxMidi)
    throw Error({.message = "the file is larger than 8 MiB", .code = ErrorCode::kInvalidArgument});
  learnings.add_music(id, title_in(request.query), request.body);
  return json_reply(Json::object());
}

/// Of one learning.
Reply one_reply(const Desk& desk, Learnings& learnings, Models& models, const Request& request,
                const std::vector<std::string>& parts) {
  const std::string& id = parts[3];
  const auto shown = [&] { return json_reply({{"learning", learning_view(learnings, models, learnings.one(id))}}); };
  const bool get = request.method == "GET", post = request.method == "POST";
  if (parts.size() == 4 && get) return shown();
  if (parts.size() == 4 && request.method == "DELETE") {
    learnings.remove(id);
    return json_reply(Json::object());
  }
  if (parts.size() != 5) no_route();
  const std::string& what = parts[4];
  if (get && (what == "contents" || what == "evaluation")) {
    learnings.one(id);
    return stream_reply("application/json", [desk, &learnings, &models, id, what](Sink& sink) {
      what == "contents" ? describe_music(desk, learnings, id, sink)
                         : evaluate_learning(desk, learnings, models, id, sink);
    });
  }
  if (post && what == "music") return add_music(learnings, id, request);
  if (post && what == "start") {
    const Json json = body_of(request);
    learnings.start(id, json.contains("minutes") ? number_of(json, "minutes", 0.01, kMaxMinutes) : 10,
                    json.contains("readings") ? number_of(json, "readings", 0.01, kMaxReadings) : 3);
    return shown();
  }
  if (post && what == "stop") {
    learnings.stop(id);
    return shown();
  }
  no_route();
}

}  // namespace

Reply learning_reply(const Desk& desk, Learnings& learnings, Models& models, const Request& request,
                     const std::vector<std::string>& parts) {
  if (parts.size() > 3) return one_reply(desk, learnings, models, request, parts);
  if (request.method == "GET") return list_reply(learnings, models);
  if (request.method != "POST") no_route();
  const Json json = body_of(request);
  const auto music = static_cast<int>(whole_of(json, "music", 0, 1000, 0));
  const Learning made = learnings.create(json.contains("title") ? word_of(json, "title") : "", music);
  return json_reply({{"learning", learning_view(learnings, models, made)}});
}

Reply choose_model(Learnings& learnings, Models& models, const Json& body) {
  const std::string id = word_of(body, "learning");
  if (id.empty())
    models.use_base();
  else
    models.use(id, learnings.model_of(id));
  return json_reply({{"model", models.learning()}});
}

}  // namespace continuo::studio
