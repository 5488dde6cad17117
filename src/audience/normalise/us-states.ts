/** Names the states of the USA by their two letters (ANSI INCITS 38), with the district and the territories. */

/** Letters by name, all in lower case. */
export const US_STATES: ReadonlyMap<string, string> = new Map(
  `al alabama,ak alaska,as american samoa,az arizona,ar arkansas,ca california,co colorado,ct connecticut,de delaware,
dc district of columbia,fl florida,ga georgia,gu guam,hi hawaii,id idaho,il illinois,in indiana,ia iowa,ks kansas,
ky kentucky,la louisiana,me maine,md maryland,ma massachusetts,mi michigan,mn minnesota,ms mississippi,mo missouri,
mt montana,ne nebraska,nv nevada,nh new hampshire,nj new jersey,nm new mexico,ny new york,nc north carolina,
nd north dakota,mp northern mariana islands,oh ohio,ok oklahoma,or oregon,pa pennsylvania,pr puerto rico,
ri rhode island,sc south carolina,sd south dakota,tn tennessee,tx texas,ut utah,vt vermont,vi u.s. virgin islands,
va virginia,wa washington,wv west virginia,wi wisconsin,wy wyoming`
    .split(/,\s*/)
    .map((entry) => [entry.slice(3).replaceAll('.', ''), entry.slice(0, 2)]),
);
