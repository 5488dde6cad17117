/** Names the attributes of contacts that ad platforms can match people by; a contact that has none has empty cells. */
export const ATTRIBUTES = {
  postalCode: 'postal_code',
  city: 'city',
  state: 'state',
  birthDate: 'birth_date',
  gender: 'gender',
  deviceId: 'mobile_ad_id',
  jobTitle: 'job_title',
  company: 'company',
} as const;
