// What a kept run asked that the form has no place for, said in words beside it.

import { choices } from "./choices.js";
import { both, make } from "./words.js";

const note = document.getElementById("unshown");

// what is no condition and no weight, and so named by no answer
const NAMED = {
  preset: ["行业预设", "preset"],
  "need.area_per_person": ["人均面积 ㎡", "m² a head"],
  "need.industry": ["企业行业", "industry of the company"],
};

/** The words of one value: those of the run's own answer, where the value was a condition. */
function wordsOf({ path, value }, funnel) {
  const step = funnel.find(({ bound }) => bound === path);
  if (step) return step;
  const criterion = path.startsWith("weights.") && choices.criteria.find(({ name }) => path === `weights.${name}`);
  const [zh, en] = NAMED[path] ?? [path, path];
  return criterion ? { zh: `权重：${criterion.zh} ${value}`, en: `weight: ${criterion.en} ${value}` }
    : { zh: `${zh}：${value}`, en: `${en}: ${value}` };
}

/** Say what is not in the form: [{path, value}], with the funnel of the run; nothing hides the note. */
export function showUnshown(values, funnel = []) {
  const words = values.map((one) => wordsOf(one, funnel));
  note.hidden = words.length === 0;
  note.replaceChildren(...(words.length === 0 ? [] : [
    make("strong", {}, "表单里没有的条件 ", make("small", { lang: "en" }, "not in the form")),
    make("ul", {}, ...words.map(({ zh, en }) => make("li", {}, ...both(zh, en)))),
    ...both("保存的结果是按这些条件得出的；改动表单重新推荐时，不再计入。", "The kept answer counts them; asking anew leaves them out."),
  ]));
}
