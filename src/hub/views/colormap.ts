// Colour maps as tables of 256 RGBA words.
//
// Each map is 65 of matplotlib's 256 colours (3.10, dedicated to the public domain), evenly spread;
// the rest is interpolated, within 1 of 255 per channel (cividis: 3, in its first entries).

import type { Colormap } from '../api.js';

const POINTS = 65;

const COLOURS: { readonly [map in Exclude<Colormap, 'gray'>]: string } = {
  viridis:
    '44015446075a470d6047136548186a481d6f482374482878472d7b46327e453781443b844240864045883e4989' +
    '3d4e8a3b528b39568c375b8d355f8d33638d31678e2f6b8e2e6f8e2c728e2a768e297a8e277e8e26828e25858e' +
    '23898e228d8d21918c20938c1f978b1e9b8a1f9f881fa28721a68524aa8327ad812cb17e31b57b37b8783dbc74' +
    '44bf704cc26c54c5685cc86365cb5e6ece5877d15381d34d8bd64695d840a0da39aadc32b5de2bc0df25cae11f' +
    'd5e21adfe318eae51af4e61efde725',
  inferno:
    '00000402010a04031207051b0b072410092d150b371b0c41210c4a280b532f0a5b3609613d0965440a684a0c6b' +
    '510e6c57106e5d126e64156e6a176e71196e771c6d7d1e6d84206b8a226a9025689727669d2964a32c61a92e5e' +
    'b0315bb63458bc3754c03a51c63d4dcb4149d04545d54a41da4e3cdf5337e35933e75e2eeb6429ee6a24f1711f' +
    'f37819f67e14f8850ff98c0afa9407fb9b06fca309fcaa0ffcb216fbba1ffac228f9c932f7d13df5d949f4e156' +
    'f2e865f1ef75f3f586f6fa96fcffa4',
  cividis:
    '00224e00255400285b002b62002e6a0030700533711235701a386f213b6e273e6e2d416d32436d36466c3b496c' +
    '3f4c6c434e6c47516c4b546c4f576c535a6d565c6d5a5f6e5e626e61656f656870686a716c6d726f7073727374' +
    '7676767979777d7c787f7e788381798784788b87788f8a78928d789690779a93769e9676a29975a69c74aaa073' +
    'aea371b3a670b7a96ebbad6dbfb06bc3b369c7b767ccba64d0be62d4c15fd9c55cddc858e1cc55e6d051ead34c' +
    'efd748f3db42f8df3cfde334fee838',
  twilight:
    'e2d9e2e0d9e2ddd9e0dad8dfd6d7ddd2d5dbcdd3d8c8d0d6c2ced4bccbd1b6c8cfb0c5cdaac2cca4beca9ebbc9' +
    '99b8c893b4c68eb1c589adc585a9c480a5c37ca2c2789ec2759ac17196c16e92c06c8ebf698abf6786be6682bd' +
    '647dbc6379bb6275ba6171b9606db86068b65f64b55f5fb35f5ab15f55af5e51ad5e4caa5e47a75d42a45d3da1' +
    '5c389d5c34995b2f94592a8f58268a562284541e7e511b774f19704c166948156345135c4112563e11503b114a' +
    '38114536114133113d31123a2f1436',
};

const tables = new Map<Colormap, Uint32Array<ArrayBuffer>>();

/**
 * The 256 colours of `map`, low to high: RGBA in memory order (so each word reads 0xAABBGGRR on a
 * little-endian machine), opaque. Shared: do not write.
 */
export function colourTable(map: Colormap): Uint32Array<ArrayBuffer> {
  let table = tables.get(map);
  if (table === undefined) {
    table = map === 'gray' ? grayTable() : interpolate(COLOURS[map]);
    tables.set(map, table);
  }
  return table;
}

function grayTable(): Uint32Array<ArrayBuffer> {
  const bytes = new Uint8Array(256 * 4);
  for (let i = 0; i < 256; i++) {
    bytes.set([i, i, i, 255], 4 * i);
  }
  return new Uint32Array(bytes.buffer);
}

function interpolate(hex: string): Uint32Array<ArrayBuffer> {
  const bytes = new Uint8Array(256 * 4);
  for (let point = 0; point < POINTS - 1; point++) {
    const from = placeOf(point);
    const to = placeOf(point + 1);
    for (let i = from; i <= to; i++) {
      for (let channel = 0; channel < 3; channel++) {
        const low = channelAt(hex, point, channel);
        const high = channelAt(hex, point + 1, channel);
        bytes[4 * i + channel] = Math.round(low + ((high - low) * (i - from)) / (to - from));
      }
      bytes[4 * i + 3] = 255;
    }
  }
  return new Uint32Array(bytes.buffer);
}

// numpy's round half to even: 255 / 64 * point never ends in .5 but at point 32 (127.5 → 128).
function placeOf(point: number): number {
  return Math.round((255 * point) / (POINTS - 1));
}

function channelAt(hex: string, point: number, channel: number): number {
  return Number.parseInt(hex.slice(6 * point + 2 * channel, 6 * point + 2 * channel + 2), 16);
}
