// What surprises the model in a take.
#include "continuo/evaluation/surprise.h"

#include <cmath>

#include "studio/work_tools.h"

namespace continuo::studio {

void surprise_of_take(const Desk& desk, const std::string& id, int take, Sink& sink) {
  Json answer;
  try {
    const auto music = desk.store.music(id, take);
    const Place place(desk.gate, sink);
    std::stop_source stop;
    const auto look = [&](const Progress&) {
      if (!sink.alive() || desk.gate.closed()) stop.request_stop();
    };
    const auto& model = desk.model->loaded;
    const auto found = evaluation::surprise(*model.model, *model.representation, music->score, {.alternatives = 0},
                                            look, stop.get_token());
    double sum = 0;
    Json tracks = Json::array();
    for (const auto& indices : found.of_score) {
      tracks.push_back(Json::array());
      for (const std::size_t i : indices)
        tracks.back().push_back(i == evaluation::Surprise::npos ? Json()
                                                                : Json(std::round(found.notes[i].bits() * 100) / 100));
    }
    for (const auto& note : found.notes) sum += note.bits();
    answer = {{"tracks", std::move(tracks)},
              {"mean", found.notes.empty() ? 0 : sum / static_cast<double>(found.notes.size())}};
  } catch (const Error& error) {
    answer = error_view(error);
  }
  sink.write(text_of_json(answer));
}

}  // namespace continuo::studio
