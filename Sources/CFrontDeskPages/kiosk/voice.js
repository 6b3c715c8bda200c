// The voice: the browser's, where one is installed for the language. What it says also stands on
// the screen, or in the region that screen readers follow.

/** Says a screen's text; a stub may take its place in tests (`window.madoguchiVoice`). */
export function say(text, language, volume) {
  const region = document.getElementById("aloud");
  region.lang = language;
  region.textContent = text;
  if (window.madoguchiVoice) return window.madoguchiVoice(text, language, volume);
  if (volume === 0 || !("speechSynthesis" in window)) return;
  speechSynthesis.cancel();
  const voice = speechSynthesis.getVoices().find(one => one.lang.startsWith(language));
  if (!voice) return;
  const words = new SpeechSynthesisUtterance(text);
  [words.voice, words.lang, words.volume, words.rate] = [voice, voice.lang, volume / 2, 0.9];
  speechSynthesis.speak(words);
}

/** Two short tones: a card was left behind. */
export function chime(volume) {
  if (volume === 0 || !("AudioContext" in window)) return;
  const context = new AudioContext();
  for (const [at, pitch] of [[0, 880], [0.3, 660]]) {
    const tone = context.createOscillator(), loudness = context.createGain();
    tone.frequency.value = pitch;
    loudness.gain.value = volume / 6;
    tone.connect(loudness).connect(context.destination);
    tone.start(context.currentTime + at);
    tone.stop(context.currentTime + at + 0.2);
  }
  setTimeout(() => context.close(), 1000);
}
