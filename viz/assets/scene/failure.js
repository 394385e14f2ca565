// What the reader sees when nothing can be drawn.

function fail(error) {
  console.error(error);
  const root = document.documentElement;
  if (root.dataset.ready) return;
  root.dataset.failed = String(error?.message ?? error);
  const noWebGL = !document.createElement("canvas").getContext("webgl2");
  document.getElementById("state-zh").textContent = noWebGL
    ? "此浏览器无法绘制三维画面（需要 WebGL 2）。请换用新版浏览器，或开启硬件加速。"
    : "画面绘制失败，请重新加载页面。";
  document.getElementById("state-en").textContent = noWebGL
    ? "This browser cannot draw in 3D (WebGL 2 is missing). Use a recent one or switch hardware acceleration on."
    : "The scene could not be drawn. Please reload the page.";
}
